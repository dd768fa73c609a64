-- Grain: one row per item of any event, as it was named last.
-- No column of an export is description, tags, is_available, published_at, embedding
-- or updated_at.
with

analytics as (

    select * from events_export

),

item_events as (

    select
        event_timestamp,
        list_filter(event_params, lambda param: param.key = 'currency')
            [1].value.string_value as currency,
        unnest(items) as item
    from analytics

),

final as (

    select
        item.item_id as item_id,
        max_by(item.item_name, event_timestamp) as title,
        max_by(item.item_category, event_timestamp) as category,
        max_by(item.item_brand, event_timestamp) as brand,
        max_by(item.price, event_timestamp) as price,
        max_by(currency, event_timestamp) as currency
    from item_events
    where item.item_id is not null
    group by item.item_id

)

select * from final
