-- Grain: one row per target and item that belongs to it.
with

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

targets as (

    select * from {{ ref("precision_marketing", "int_campaign_targets") }}

),

named_items as (

    select * from {{ ref("precision_marketing", "stg_target_items") }}

),

listed_items as (

    select distinct
        targets.target_index,
        items.item_index
    from targets
    inner join named_items on targets.campaign_id = named_items.campaign_id
    inner join items on named_items.item_id = items.item_id
    where targets.target_kind = 'items'

),

categories as (

    select distinct
        target_index,
        target_text as category
    from targets
    where target_kind = 'category'

),

-- Everything, target 0, is always there: what a user bought at all is a feature.
final as (

    select
        0 as target_index,
        item_index
    from items
    union all
    select
        categories.target_index,
        items.item_index
    from categories
    inner join items on categories.category = lower(items.category)
    union all
    select
        target_index,
        item_index
    from listed_items

)

select * from final
