-- Grain: one row per variant of a product.
-- No column of an export is published_at, embedding, updated_at or currency.
with

variants as (

    select * from products_export

),

-- Cells of the product stand in its first line only; further lines may be images.
filled as (

    select
        sku,
        price,
        max(nullif(title, '')) over of_product as title,
        max(nullif(body, '')) over of_product as body,
        max(nullif(vendor, '')) over of_product as vendor,
        max(nullif(category, '')) over of_product as category,
        max(nullif(tags, '')) over of_product as tags,
        lower(max(nullif(published, '')) over of_product) as published,
        lower(max(nullif(status, '')) over of_product) as status,
        -- As an order's line names the variant.
        nullif(concat_ws(
            ' / ',
            nullif(nullif(option_1, ''), 'Default Title'),
            nullif(option_2, ''),
            nullif(option_3, '')
        ), '') as variant
    from variants
    window of_product as (partition by handle)

),

final as (

    select distinct
        coalesce(nullif(trim(sku), ''), concat_ws(' - ', title, variant)) as item_id,
        concat_ws(' - ', title, variant) as title,
        trim(regexp_replace(body, '<[^>]*>', ' ', 'g')) as description,
        category,
        vendor as brand,
        price,
        replace(tags, ', ', '/') as tags,
        -- Drafts, archived products and those of no channel are not offered.
        coalesce(published, 'true') = 'true' and coalesce(status, 'active') = 'active'
            as is_available
    from filled
    where nullif(price, '') is not null

)

select * from final
