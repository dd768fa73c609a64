-- Grain: one row per campaign and item that it names in `target_item_ids`.
with

campaigns as (

    select
        campaign_id,
        target_item_ids
    from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept' and target_item_ids is not null

),

items as (

    select item_id from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept'

),

listed_ids as (

    select
        campaign_id,
        {{ precision_marketing.ids_of_text("target_item_ids") }} as written_id
    from campaigns

),

-- `a;b` and `a|b` are two items where they are not the id of one.
divided_ids as (

    select
        listed_ids.campaign_id,
        {{ precision_marketing.ids_of_text(
            "case when items.item_id is null"
            ~ " then translate(listed_ids.written_id, ';|' || chr(10), ',,,')"
            ~ " else listed_ids.written_id end"
        ) }} as written_id
    from listed_ids
    left join items
        on {{ precision_marketing.trimmed("listed_ids.written_id") }} = items.item_id

),

trimmed_ids as (

    select
        campaign_id,
        {{ precision_marketing.trimmed("written_id") }} as item_id
    from divided_ids

),

-- As ids of items are read: `17850.0`, of an array of doubles, is 17850.
read_ids as (

    select distinct
        campaign_id,
        {{ precision_marketing.id_of("item_id", "item_id", "text") }} as item_id
    from trimmed_ids

),

final as (

    select
        read_ids.campaign_id,
        read_ids.item_id,
        items.item_id is not null as is_known_item
    from read_ids
    left join items on read_ids.item_id = items.item_id
    where read_ids.item_id is not null

)

select * from final
