-- Grain: one row per item of an event that is about items.
-- No column of an export is event_id, rating, review_text or recommendation_id.
with

analytics as (

    select * from events_export

),

-- The events of a shop that GA4 recommends; others are about no item.
event_names as (

    select * from (
        values
        ('view_item_list', 'impression'),
        ('view_promotion', 'impression'),
        ('select_item', 'click'),
        ('select_promotion', 'click'),
        ('view_item', 'view'),
        ('add_to_wishlist', 'wishlist'),
        ('add_to_cart', 'add_to_cart'),
        ('begin_checkout', 'checkout'),
        ('purchase', 'purchase'),
        ('refund', 'refund')
    ) as names (event_name, event_type)

),

item_events as (

    select
        analytics.*,
        event_names.event_type,
        unnest(analytics.items) as item
    from analytics
    inner join event_names on analytics.event_name = event_names.event_name

),

final as (

    select
        -- A device until somebody signs in.
        coalesce(cast(user_id as varchar), user_pseudo_id) as user_id,
        item.item_id as item_id,
        event_type,
        -- Microseconds, UTC.
        make_timestamp(event_timestamp) as occurred_at,
        item.quantity as quantity,
        item.price as unit_price,
        user_pseudo_id || '-' || list_filter(
            event_params, lambda param: param.key = 'ga_session_id'
        )[1].value.int_value as session_id,
        nullif(ecommerce.transaction_id, '(not set)') as order_id,
        list_filter(event_params, lambda param: param.key = 'currency')
            [1].value.string_value as currency
    from item_events

)

select * from final
