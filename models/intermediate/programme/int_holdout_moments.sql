-- Grain: one row per holdout and month with both arms: means, variances and third
-- moments of revenue.
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

final as (

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
        treated_user_count + control_user_count as user_count,
        treated_revenue + control_revenue as revenue,
        treated_squared_revenue + control_squared_revenue as squared_revenue,
        treated_cubed_revenue + control_cubed_revenue as cubed_revenue,
        *
    from pairs

)

select * from final
