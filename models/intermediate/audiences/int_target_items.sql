-- Grain: one row per target and item that belongs to it.
with

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

targets as (

    select distinct
        target_index,
        target_kind,
        target_text
    from {{ ref("precision_marketing", "int_campaign_targets") }}

),

listed_ids as (

    select
        target_index,
        {{ precision_marketing.ids_of_text("target_text") }} as written_id
    from targets
    where target_kind = 'items'

),

trimmed_ids as (

    select
        target_index,
        {{ precision_marketing.trimmed("written_id") }} as item_id
    from listed_ids

),

-- As ids of items are read: `17850.0`, of an array of doubles, is 17850.
read_ids as (

    select
        target_index,
        {{ precision_marketing.id_of("item_id", "item_id", "text") }} as item_id
    from trimmed_ids

),

listed_items as (

    select distinct
        read_ids.target_index,
        items.item_index
    from read_ids
    inner join items on read_ids.item_id = items.item_id

),

-- Everything, target 0, is always there: what a user bought at all is a feature.
final as (

    select
        0 as target_index,
        item_index
    from items
    union all
    select
        targets.target_index,
        items.item_index
    from targets
    inner join items on targets.target_text = lower(items.category)
    where targets.target_kind = 'category'
    union all
    select
        target_index,
        item_index
    from listed_items

)

select * from final
