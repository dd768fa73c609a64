-- Paths hold every conversion that a touch precedes and every touched user who never
-- converted, or not after the last touch where journeys end at orders, once each.
{% set ends_at_orders = precision_marketing.setting(
    "attribution", "journeys_end_at_orders") %}
with

paths as (

    select
        coalesce(sum(conversion_count), 0) as conversion_count,
        coalesce(sum(unconverted_user_count), 0) as unconverted_user_count
    from {{ ref("precision_marketing", "conversion_paths") }}

),

conversions as (

    select count(distinct conversion_id) as conversion_count
    from {{ ref("precision_marketing", "int_attributed_touches") }}
    where touch_id is not null

),

last_orders as (

    select
        user_id,
        max(converted_at) as converted_at
    from {{ ref("precision_marketing", "int_conversions") }}
    group by user_id

),

users as (

    select count(distinct touches.user_id) as user_count
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    left join last_orders on touches.user_id = last_orders.user_id
    where
        touches.touch_type in ('click', 'impression')
        and (
            last_orders.user_id is null
            {%- if ends_at_orders %}
            or touches.touched_at > last_orders.converted_at
            {%- endif %}
        )

)

select
    paths.conversion_count,
    paths.unconverted_user_count,
    conversions.conversion_count as attributed_conversion_count,
    users.user_count
from paths
cross join conversions
cross join users
where
    paths.conversion_count <> conversions.conversion_count
    or paths.unconverted_user_count <> users.user_count
