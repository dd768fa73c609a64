-- Grain: one row per holdout, arm and month: what its users had done since the start
-- until the end of the month, as sums of their values and of squares and cubes.
{% set keys = [
    "holdout_kind", "campaign_id", "is_held_out", "month_start_date", "user_count",
] %}
with

arm_months as (

    select * from {{ ref("precision_marketing", "int_holdout_arm_months") }}

),

-- Who ordered until then, once.
buyers as (

    select
        {% for key in keys %}
        arm_months.{{ key }},
        {% endfor %}
        user_months.user_id,
        sum(user_months.order_count) as order_count,
        sum(user_months.priced_order_count) as priced_order_count,
        sum(user_months.revenue_amount) as revenue
    from arm_months
    left join {{ ref("precision_marketing", "int_holdout_user_months") }} as user_months
        on arm_months.holdout_kind = user_months.holdout_kind
        and arm_months.campaign_id = user_months.campaign_id
        and arm_months.is_held_out = user_months.is_held_out
        and arm_months.month_start_date >= user_months.month_start_date
    group by arm_months.{{ keys | join(", arm_months.") }}, user_months.user_id

),

final as (

    select
        {{ keys | join(",\n        ") }},
        count(user_id) as buyer_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(priced_order_count), 0) as priced_order_count,
        coalesce(cast(sum(revenue) as double), 0e0) as revenue,
        coalesce(cast(sum(revenue * revenue) as double), 0e0) as squared_revenue,
        -- In thousands while it is added, so that no cube is too large.
        coalesce(1e9 * {{ precision_marketing.fine_exact_sum(
            "power(cast(revenue as double) / 1e3, 3)") }}, 0e0) as cubed_revenue
    from buyers
    group by {{ keys | join(", ") }}

)

select * from final
