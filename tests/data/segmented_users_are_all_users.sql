-- Nobody is lost or doubled by scoring, and revenue is not multiplied on the way.
with

segments as (

    select
        count(*) as user_count,
        sum(revenue_amount) as revenue_amount
    from {{ ref("precision_marketing", "customer_segments") }}

),

users as (

    select count(*) as user_count from {{ ref("precision_marketing", "int_users") }}

),

conversions as (

    select sum(revenue_amount) as revenue_amount
    from {{ ref("precision_marketing", "int_conversions") }}

)

select
    segments.user_count as segmented_user_count,
    users.user_count,
    segments.revenue_amount as segmented_revenue_amount,
    conversions.revenue_amount
from segments
cross join users
cross join conversions
where
    segments.user_count <> users.user_count
    or segments.revenue_amount is distinct from conversions.revenue_amount
