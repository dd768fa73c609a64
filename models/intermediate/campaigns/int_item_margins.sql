-- Grain: one row per item for which a campaign says what it earns.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}
    where unit_margin_rate is not null

),

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

named_items as (

    select * from {{ ref("precision_marketing", "stg_target_items") }}

),

-- Of campaigns for the item or for its category; one for everything says what all items
-- earn together, and nothing of one.
margins as (

    select
        named_items.item_id,
        campaigns.unit_margin_rate
    from campaigns
    inner join named_items on campaigns.campaign_id = named_items.campaign_id
    union all
    select
        items.item_id,
        campaigns.unit_margin_rate
    from campaigns
    inner join items on lower(campaigns.target_category) = lower(items.category)
    where campaigns.target_item_ids is null

),

final as (

    select
        item_id,
        -- Campaigns that disagree say nothing.
        case
            when min(unit_margin_rate) = max(unit_margin_rate)
                then min(unit_margin_rate)
        end as margin_rate
    from margins
    group by item_id

)

select * from final
