-- Grain: one row per campaign and item that it showed with a logged chance.
-- What a policy for the campaign may choose from: nothing is known about other items.
with

impressions as (

    select * from {{ ref("precision_marketing", "int_logged_impressions") }}

),

shown_items as (

    select distinct
        campaign_id,
        item_id
    from impressions

),

final as (

    select
        campaign_id,
        item_id,
        count(*) over (partition by campaign_id) as campaign_item_count
    from shown_items

)

select * from final
