-- Grain: one row per holdout, month and metric: the two arms, their difference and its
-- test statistic.
-- By the methods of campaign_lift: rates by pooled z, or Fisher's test where a cell is
-- small; revenue by Welch's t, less its skewness (Hall 1992).
{% set arms = ["treated", "control"] %}
with

moments as (

    select * from {{ ref("precision_marketing", "int_holdout_moments") }}

),

compared as (

    select
        *,
        treated_square + control_square as squared_error,
        power(treated_square + control_square, 2) / nullif(
            treated_square * treated_square / nullif(treated_user_count - 1, 0)
            + control_square * control_square / nullif(control_user_count - 1, 0), 0e0
        ) as degrees_of_freedom,
        {{ precision_marketing.centered_cubes(
            "user_count", "revenue", "squared_revenue", "cubed_revenue"
        ) }} / user_count / nullif(power({{ precision_marketing.centered_sum(
            "user_count", "revenue", "revenue", "squared_revenue"
        ) }} / user_count, 1.5e0), 0e0) as skewness
    from moments

),

final as (

    {% for metric in ["conversion", "revenue"] %}
    {% set is_rate = metric == "conversion" %}
    select
        {% for arm in arms %}
        cast({{ arm }}_user_count as bigint) as {{ arm }}_user_count,
        cast({{ arm }}_buyer_count as bigint) as {{ arm }}_buyer_count,
        {% if is_rate %}
        {{ precision_marketing.rate(arm ~ "_buyer_count", arm ~ "_user_count") }}
            as {{ arm }}_mean,
        {% else %}
        case when has_revenue then {{ arm }}_mean end as {{ arm }}_mean,
        {% endif %}
        {% endfor %}
        {% if is_rate %}
        cast(null as double) as squared_error,
        cast(null as double) as degrees_of_freedom,
        cast(null as double) as lift_skewness,
        false as is_too_skewed,
        {% else %}
        case when has_revenue then squared_error end as squared_error,
        case when has_revenue then degrees_of_freedom end as degrees_of_freedom,
        (treated_third - control_third) / nullif(power(squared_error, 1.5e0), 0e0)
            as lift_skewness,
        coalesce(
            least(treated_user_count, control_user_count)
            < {{ precision_marketing.users_by_squared_skewness() }}
            * skewness * skewness, false
        ) as is_too_skewed,
        {% endif %}
        holdout_kind,
        campaign_id,
        month_start_date,
        '{{ metric }}' as metric
    from compared
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
