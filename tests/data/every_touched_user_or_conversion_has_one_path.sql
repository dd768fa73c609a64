-- Paths hold every conversion that a touch precedes and every touched user who never
-- converted, once each.
with

paths as (

    select
        coalesce(sum(conversion_count), 0) as conversion_count,
        coalesce(sum(unconverted_user_count), 0) as unconverted_user_count
    from {{ ref("precision_marketing", "conversion_paths") }}

),

conversions as (

    select count(distinct conversion_id) as conversion_count
    from {{ ref("precision_marketing", "campaign_attribution") }}
    where touch_id is not null

),

users as (

    select count(distinct user_id) as user_count
    from {{ ref("precision_marketing", "stg_campaign_touches") }}
    where
        touch_type in ('click', 'impression')
        and user_id not in (
            select buyers.user_id
            from {{ ref("precision_marketing", "int_conversions") }} as buyers
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
