-- Grain: one row per stock code.
-- No column of an export is description, category, brand, tags, is_available,
-- published_at, embedding, updated_at or currency.
with

invoice_lines as (

    select * from lines_export

),

final as (

    select
        upper(trim(stock_code)) as item_id,
        -- Remarks of the stock keepers are in lower case and rare.
        mode(trim(description) order by trim(description)) as title,
        median(try_cast(price as double)) filter (try_cast(price as double) > 0)
            as price
    from invoice_lines
    where regexp_matches(upper(trim(stock_code)), '^([0-9]{5}|DCGS|SP[0-9])')
    group by upper(trim(stock_code))

)

select * from final
