-- Nobody who may be profiled is lost or doubled by scoring, nobody else is scored, and
-- revenue is not multiplied on the way.
with

segments as (

    select
        count(*) as user_count,
        sum(revenue_amount) as revenue_amount
    from {{ ref("precision_marketing", "customer_segments") }}

),

users as (

    select count(*) as user_count
    from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

conversions as (

    select sum(conversions.revenue_amount) as revenue_amount
    from {{ ref("precision_marketing", "int_conversions") }} as conversions
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on conversions.user_id = users.user_id and users.has_profiling_consent

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
