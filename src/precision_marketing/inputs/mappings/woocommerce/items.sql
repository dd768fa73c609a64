-- Grain: one row per product or variation.
-- No column of an export is published_at, embedding, updated_at or currency.
with

products as (

    select * from products_export

),

final as (

    select
        coalesce(nullif(trim(sku), ''), name) as item_id,
        name as title,
        trim(regexp_replace(
            coalesce(nullif(description, ''), short_description), '<[^>]*>', ' ', 'g'
        )) as description,
        -- The first of several, and of `Shoes > Boots` both levels.
        split_part(categories, ', ', 1) as category,
        brand,
        coalesce(nullif(sale_price, ''), regular_price) as price,
        replace(tags, ', ', '/') as tags,
        -- 0 is a private product, -1 a draft.
        published = '1' and coalesce(in_stock, '1') <> '0' as is_available
    from products
    -- A variable product is sold as one of its variations.
    where lower(type) <> 'variable'

)

select * from final
