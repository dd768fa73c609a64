-- Grain: one row per time window, ranking, segment, metric and k: mean over users.
{% set metrics = ["recall", "precision", "hit_rate", "ndcg", "map", "mrr"] %}
with

by_user as (

    select * from {{ ref("precision_marketing", "user_ranking_quality") }}

),

segments as (

    select
        *,
        'all' as segment
    from by_user
    union all
    select
        *,
        user_segment as segment
    from by_user

),

moments as (

    select
        time_window,
        scorer,
        segment,
        k,
        {% for metric in metrics %}
        {{ precision_marketing.exact_mean(metric ~ "_at_k") }} as {{ metric }}_mean,
        {{ precision_marketing.standard_error(metric ~ "_at_k") }}
            as {{ metric }}_standard_error,
        {% endfor %}
        count(*) as user_count
    from segments
    group by time_window, scorer, segment, k

),

final as (

    {% for metric in metrics %}
    select
        time_window,
        scorer,
        segment,
        '{{ metric }}' as metric,
        k,
        {{ metric }}_mean as metric_value,
        {{ metric }}_standard_error as standard_error,
        user_count
    from moments
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
