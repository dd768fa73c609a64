-- Grain: one row per item of the catalogue.
with

items as (

    select * from {{ ref("precision_marketing", "stg_items") }}

),

final as (

    select
        cast(row_number() over (order by item_id) - 1 as integer) as item_index,
        item_id,
        title,
        description,
        category,
        brand,
        price,
        tags,
        is_available,
        published_at
    from items

)

select * from final
