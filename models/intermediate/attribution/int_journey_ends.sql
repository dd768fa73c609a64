-- Grain: one row per journey: a conversion, or a touched user who never converted.
-- The journey of a user who never converted ends with the last touch; where journeys
-- end at orders, so does that of a user touched after the last order.
{% set ends_at_orders = precision_marketing.setting(
    "attribution", "journeys_end_at_orders") %}
with

path_touches as (

    select * from {{ ref("precision_marketing", "int_path_touches") }}

),

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

last_orders as (

    select
        user_id,
        max(converted_at) as converted_at
    from conversions
    group by user_id

),

unconverted_users as (

    select
        path_touches.user_id,
        max(path_touches.touched_at) as ended_at
    from path_touches
    left join last_orders on path_touches.user_id = last_orders.user_id
    where
        last_orders.user_id is null
        or (
            {{ "true" if ends_at_orders else "false" }}
            and path_touches.touched_at > last_orders.converted_at
        )
    group by path_touches.user_id

),

final as (

    select
        true as is_converted,
        conversion_id as journey_id,
        user_id,
        converted_at as ended_at,
        revenue_amount
    from conversions

    union all

    select
        false as is_converted,
        user_id as journey_id,
        user_id,
        ended_at,
        cast(null as {{ precision_marketing.kind_type("amount") }}) as revenue_amount
    from unconverted_users

)

select * from final
