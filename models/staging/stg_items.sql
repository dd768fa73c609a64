-- Grain: one row per sound row of the input `items`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_items_checked") }}

),

final as (

    select
        item_id,
        title,
        description,
        category,
        brand,
        price,
        tags,
        coalesce(is_available, true) as is_available,
        published_at,
        embedding,
        updated_at,
        currency
    from checked
    where row_status = 'kept'

)

select * from final
