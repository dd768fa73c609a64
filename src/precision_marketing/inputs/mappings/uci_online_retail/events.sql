-- Grain: one row per line of an invoice; equal lines are one.
-- No column of an export is event_id, rating, review_text, session_id or
-- recommendation_id.
with

invoice_lines as (

    select * from lines_export

),

final as (

    select
        -- Guests have no number, and no history: their lines are rejected as such.
        nullif(regexp_replace(trim(customer_id), '[.]0+$', ''), '') as user_id,
        upper(trim(stock_code)) as item_id,
        -- A cancellation has an invoice of its own, whose number begins with C.
        case when upper(invoice) like 'C%' then 'refund' else 'purchase' end
            as event_type,
        -- As the first file has them (month first), and the second.
        coalesce(
            try_strptime(invoice_date, '%m/%d/%Y %H:%M'),
            try_cast(invoice_date as timestamp)
        ) as occurred_at,
        case
            when upper(invoice) like 'C%' then abs(try_cast(quantity as double))
            else try_cast(quantity as double)
        end as quantity,
        try_cast(price as double) as unit_price,
        invoice as order_id,
        -- The seller is in the United Kingdom, as the data set's page says.
        'GBP' as currency
    from invoice_lines
    -- Postage (POST, DOT), fees, samples and corrections (M, D, S, B) are no items.
    where regexp_matches(upper(trim(stock_code)), '^([0-9]{5}|DCGS|SP[0-9])')

)

select * from final
