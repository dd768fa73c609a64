-- Grain: one row per holdout, month and metric: the two arms, their difference and its
-- test statistic.
-- By the methods of campaign_lift: rates by pooled z, or Fisher's test where a cell is
-- small; revenue by Welch's t, less its skewness (Hall 1992).
{% set arms = {"treated": "not is_held_out", "control": "is_held_out"} %}
{% set sums = [
    "user_count", "buyer_count", "revenue", "squared_revenue", "cubed_revenue",
] %}
with

pairs as (

    select
        {% for arm, condition in arms.items() %}
        {% for name in sums %}
        sum({{ name }}) filter (where {{ condition }}) as {{ arm }}_{{ name }},
        {% endfor %}
        {% endfor %}
        holdout_kind,
        campaign_id,
        month_start_date,
        -- Orders without any price leave the revenue unknown; it is not 0.
        sum(order_count) = 0 or sum(priced_order_count) > 0 as has_revenue
    from {{ ref("precision_marketing", "int_holdout_months") }}
    group by holdout_kind, campaign_id, month_start_date
    having count(*) = 2

),

moments as (

    select
        {% for arm in arms %}
        {% set n, y = arm ~ "_user_count", arm ~ "_revenue" %}
        {% set yy, yyy = arm ~ "_squared_revenue", arm ~ "_cubed_revenue" %}
        {{ y }} / {{ n }} as {{ arm }}_mean,
        {{ precision_marketing.sample_variance(n, y, yy) }} / {{ n }}
            as {{ arm }}_square,
        {{ precision_marketing.centered_cubes(n, y, yy, yyy) }} / power({{ n }}, 3)
            as {{ arm }}_third,
        {% endfor %}
        *
    from pairs

),

compared as (

    select
        *,
        treated_square + control_square as squared_error,
        power(treated_square + control_square, 2) / nullif(
            treated_square * treated_square / nullif(treated_user_count - 1, 0)
            + control_square * control_square / nullif(control_user_count - 1, 0), 0e0
        ) as degrees_of_freedom
    from moments

),

final as (

    {% for metric in ["conversion", "revenue"] %}
    {% set is_rate = metric == "conversion" %}
    select
        holdout_kind,
        campaign_id,
        month_start_date,
        '{{ metric }}' as metric,
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
        cast(null as double) as lift_skewness
        {% else %}
        case when has_revenue then squared_error end as squared_error,
        case when has_revenue then degrees_of_freedom end as degrees_of_freedom,
        (treated_third - control_third) / nullif(power(squared_error, 1.5e0), 0e0)
            as lift_skewness
        {% endif %}
    from compared
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
