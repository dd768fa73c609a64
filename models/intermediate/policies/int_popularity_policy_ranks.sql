-- Grain: one row per campaign and item that it showed: its place by popularity.
-- As known before the campaign's first impression, so that nobody who bought because of
-- the campaign speaks for the item.
with

logged_items as (

    select * from {{ ref("precision_marketing", "int_logged_items") }}

),

first_impressions as (

    select
        campaign_id,
        min(touched_at) as first_touched_at
    from {{ ref("precision_marketing", "int_logged_impressions") }}
    group by campaign_id

),

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

popularity as (

    select
        logged_items.campaign_id,
        logged_items.item_id,
        count(distinct events.user_id) as user_count
    from logged_items
    inner join first_impressions
        on logged_items.campaign_id = first_impressions.campaign_id
    inner join events
        on logged_items.item_id = events.item_id
        and first_impressions.first_touched_at > events.occurred_at
    group by logged_items.campaign_id, logged_items.item_id

),

final as (

    select
        campaign_id,
        item_id,
        row_number() over (
            partition by campaign_id order by user_count desc, item_id
        ) as policy_rank,
        count(*) over (partition by campaign_id) as ranked_item_count
    from popularity

)

select * from final
