-- Grain: one row per holdout, user drawn for it and month in which the user ordered.
{% set month = precision_marketing.month_start(
    precision_marketing.shop_day("conversions.converted_at")) %}
with

users as (

    select * from {{ ref("precision_marketing", "int_holdout_users") }}

),

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

final as (

    select
        users.holdout_kind,
        users.campaign_id,
        users.user_id,
        users.is_held_out,
        {{ month }} as month_start_date,
        count(*) as order_count,
        count(conversions.revenue_amount) as priced_order_count,
        coalesce(sum(conversions.revenue_amount), 0) as revenue_amount
    from users
    -- A time that is not given leaves the period open, as in campaign_lift.
    inner join conversions
        on users.user_id = conversions.user_id
        and conversions.converted_at
        between coalesce(users.measured_from, conversions.converted_at)
        and coalesce(users.measured_until, conversions.converted_at)
    group by
        users.holdout_kind,
        users.campaign_id,
        users.user_id,
        users.is_held_out,
        {{ month }}

)

select * from final
