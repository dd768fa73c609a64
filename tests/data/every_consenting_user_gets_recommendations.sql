-- Nobody is left without a list while an item that the user lacks was ever touched.
with

users as (

    select * from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

recommendations as (

    select * from {{ ref("precision_marketing", "recommendations") }}

),

offered_items as (

    select distinct items.item_id
    from {{ ref("precision_marketing", "stg_items") }} as items
    inner join events on items.item_id = events.item_id
    where items.is_available

),

owned as (

    select
        events.user_id,
        count(distinct events.item_id) as item_count
    from events
    inner join offered_items on events.item_id = offered_items.item_id
    where events.is_target
    group by events.user_id

)

select users.user_id
from users
left join owned on users.user_id = owned.user_id
left join recommendations on users.user_id = recommendations.user_id
where recommendations.user_id is null
    and coalesce(owned.item_count, 0) < (select count(*) from offered_items)
