-- Grain: one row per target with a purchase of known price: what an order is worth.
with

purchases as (

    select * from {{ ref("precision_marketing", "int_target_purchases") }}

),

orders as (

    select
        target_index,
        user_index,
        order_key,
        sum(revenue_amount) as revenue_amount
    from purchases
    where revenue_amount is not null
    group by target_index, user_index, order_key

),

by_user as (

    select
        target_index,
        user_index,
        count(*) as order_count,
        cast(sum(revenue_amount) as double) as revenue
    from orders
    group by target_index, user_index

),

sums as (

    select
        target_index,
        count(*) as user_count,
        sum(order_count) as order_count,
        {{ precision_marketing.exact_sum("revenue") }} as revenue,
        {{ precision_marketing.exact_sum("order_count * order_count") }}
            as squared_order_count,
        {{ precision_marketing.exact_sum("order_count * revenue") }}
            as order_count_revenue,
        {{ precision_marketing.exact_sum("revenue * revenue") }} as squared_revenue
    from by_user
    group by target_index

),

final as (

    select
        target_index,
        user_count,
        order_count,
        revenue / order_count as order_value,
        -- Orders of one user resemble each other.
        {{ precision_marketing.ratio_standard_error(
            "user_count", "order_count", "revenue", "squared_order_count",
            "order_count_revenue", "squared_revenue"
        ) }} as order_value_error
    from sums

)

select * from final
