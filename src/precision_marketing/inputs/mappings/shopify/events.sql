-- Grain: one row per line of an order, and one more per line that was given back.
-- No column of an export is rating, review_text, session_id or recommendation_id.
with

order_lines as (

    select * from orders_export

),

-- Cells of the order stand in its first line only.
filled as (

    select
        order_name,
        file_name,
        max(nullif(created_at, '')) over of_order as created_at,
        max(nullif(cancelled_at, '')) over of_order as cancelled_at,
        max(nullif(financial_status, '')) over of_order as financial_status,
        -- Guests have no account: the address, hashed, is who they are on all exports.
        md5(max(nullif(lower(trim(email)), '')) over of_order) as user_id,
        max(nullif(currency, '')) over of_order as currency,
        coalesce(nullif(trim(sku), ''), line_name) as item_id,
        try_cast(quantity as double) as quantity,
        -- A discount of the whole order is in no line.
        try_cast(price as double) - coalesce(
            try_cast(line_discount as double) / nullif(try_cast(quantity as double), 0),
            0
        ) as unit_price,
        max(try_cast(refunded_amount as double)) over of_order as refunded_amount,
        -- The same in two exports that overlap.
        order_name || '-' || row_number() over (
            partition by order_name, file_name
            order by sku, line_name, price, quantity, line_discount
        ) as event_id
    from order_lines
    window of_order as (partition by order_name)

),

-- Orders that were never paid are none.
sold as (

    select
        *,
        sum(quantity * unit_price) over (partition by order_name, file_name)
            as order_amount
    from filled
    where coalesce(financial_status, '') not in ('voided', 'expired')

),

-- What is given back of an order is one amount: each line has its share of it.
shares as (

    select
        *,
        case
            when cancelled_at is not null then 1
            else least(coalesce(refunded_amount, 0) / nullif(order_amount, 0), 1)
        end as refunded_share
    from sold

),

final as (

    select
        event_id,
        user_id,
        item_id,
        'purchase' as event_type,
        regexp_replace(created_at, ' ([+-])', '\1') as occurred_at,
        quantity,
        unit_price,
        order_name as order_id,
        currency
    from shares
    union all
    select
        event_id || '-refund' as event_id,
        user_id,
        item_id,
        'refund' as event_type,
        -- The export does not say when money was given back without a cancellation.
        regexp_replace(coalesce(cancelled_at, created_at), ' ([+-])', '\1')
            as occurred_at,
        quantity,
        unit_price * refunded_share as unit_price,
        order_name as order_id,
        currency
    from shares
    where refunded_share > 0

)

select * from final
