-- Grain: one row per journey: a conversion, or a touched user who never converted.
-- The journey of a user who never converted ends with the last touch.
with

path_touches as (

    select * from {{ ref("precision_marketing", "int_path_touches") }}

),

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

converted_users as (

    select distinct user_id from conversions

),

unconverted_users as (

    select
        path_touches.user_id,
        max(path_touches.touched_at) as ended_at
    from path_touches
    left join converted_users on path_touches.user_id = converted_users.user_id
    where converted_users.user_id is null
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
