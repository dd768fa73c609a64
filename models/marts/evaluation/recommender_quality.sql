-- Grain: one row per time window, ranking, segment, metric and k.
with

user_metrics as (

    select * from {{ ref("precision_marketing", "segment_ranking_quality") }}
    union all
    select * from {{ ref("precision_marketing", "candidate_recall") }}

),

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

catalogue as (

    select * from {{ ref("precision_marketing", "catalogue_ranking_quality") }}

),

cold_items as (

    select * from {{ ref("precision_marketing", "cold_item_ranking_quality") }}
    where item_set = 'cold'

),

measured as (

    select
        time_window,
        scorer,
        segment,
        metric,
        k,
        metric_value,
        standard_error,
        user_count
    from user_metrics
    union all
    select
        time_window,
        scorer,
        segment,
        metric,
        k,
        metric_value,
        cast(null as double) as standard_error,
        user_count
    from catalogue
    union all
    select
        time_window,
        scorer,
        'cold_items' as segment,
        'ndcg' as metric,
        10 as k,
        ndcg_at_10 as metric_value,
        ndcg_standard_error as standard_error,
        user_count
    from cold_items

),

final as (

    select
        measured.time_window,
        measured.scorer,
        measured.segment,
        measured.metric,
        measured.k,
        measured.metric_value,
        {{ precision_marketing.normal_bound(
            "measured.metric_value", "measured.standard_error", "-"
        ) }} as interval_lower,
        {{ precision_marketing.normal_bound(
            "measured.metric_value", "measured.standard_error", "+"
        ) }} as interval_upper,
        popularity.metric_value as popularity_value,
        cast(measured.user_count as bigint) as user_count,
        measured.scorer = published_ranking.scorer as is_published
    from measured
    cross join published_ranking
    left join measured as popularity
        on popularity.scorer = 'popularity'
        and measured.time_window = popularity.time_window
        and measured.segment = popularity.segment
        and measured.metric = popularity.metric
        and measured.k = popularity.k

)

select * from final
