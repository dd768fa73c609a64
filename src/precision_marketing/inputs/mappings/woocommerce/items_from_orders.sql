-- Grain: one row per item that was ordered, since there is no export of the products.
-- No column of an export is description, category, brand, tags, is_available,
-- published_at, embedding or updated_at. The currency is that of `events`.
with

order_lines as (

    select * from orders_export

),

final as (

    select
        coalesce(nullif(trim(sku), ''), line_name) as item_id,
        max(line_name) as title,
        max(try_cast(price as double)) as price
    from order_lines
    group by coalesce(nullif(trim(sku), ''), line_name)

)

select * from final
