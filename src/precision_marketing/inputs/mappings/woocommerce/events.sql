-- Grain: one row per item of an order, and one more per item that was given back.
-- No column of an export is rating, review_text, session_id or recommendation_id.
with

order_lines as (

    select * from orders_export

),

lines as (

    select
        -- The same in two exports that overlap.
        order_number || '-' || row_number() over (
            partition by order_number, file_name
            order by item_id, price, gross_quantity
        ) as event_id,
        md5(nullif(lower(trim(email)), '')) as user_id,
        item_id,
        order_date,
        order_number,
        lower(order_status) as order_status,
        currency,
        try_cast(price as double) as price,
        try_cast(net_quantity as double) as net_quantity,
        coalesce(try_cast(gross_quantity as double), try_cast(net_quantity as double))
            as quantity
    from (
        select
            *,
            coalesce(nullif(trim(sku), ''), line_name) as item_id
        from order_lines
    )

),

-- Orders that were never paid are none. Statuses are in the language of the shop.
sold as (

    select * from lines
    where order_status not in ('cancelled', 'failed', 'pending payment', 'draft')

),

returned as (

    select
        *,
        case order_status
            when 'refunded' then quantity
            else quantity - net_quantity
        end as returned_quantity
    from sold

),

final as (

    select
        event_id,
        user_id,
        item_id,
        'purchase' as event_type,
        -- In the shop's zone: set `input_checks: {time_zone: Europe/Berlin}`.
        order_date as occurred_at,
        quantity,
        price as unit_price,
        order_number as order_id,
        currency
    from returned
    union all
    select
        event_id || '-refund' as event_id,
        user_id,
        item_id,
        'refund' as event_type,
        -- The export does not say when it was given back.
        order_date as occurred_at,
        returned_quantity as quantity,
        price as unit_price,
        order_number as order_id,
        currency
    from returned
    where returned_quantity > 0

)

select * from final
