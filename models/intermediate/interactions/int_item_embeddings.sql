-- Grain: one row per item with an embedding, and whether it can be used.
with

items as (

    select
        int_items.item_index,
        stg_items.embedding,
        {{ precision_marketing.list_length("stg_items.embedding") }} as dimension,
        {{ precision_marketing.squared_length("stg_items.embedding") }}
            as squared_length
    from {{ ref("precision_marketing", "stg_items") }} as stg_items
    inner join {{ ref("precision_marketing", "int_items") }} as int_items
        on stg_items.item_id = int_items.item_id
    where stg_items.embedding is not null

),

-- The length that most embeddings have; the larger of two equally frequent ones.
dimensions as (

    select
        dimension,
        row_number() over (order by count(*) desc, dimension desc) as dimension_rank
    from items
    where dimension > 0
    group by dimension

),

common as (

    select dimension from dimensions where dimension_rank = 1

),

final as (

    select
        items.item_index,
        items.embedding,
        items.dimension,
        case
            when common.dimension is null
                then 'wrong_length'
            when items.squared_length is null
                or not {{ precision_marketing.is_finite("items.squared_length") }}
                then 'not_finite'
            when items.squared_length = 0
                then 'all_zero'
            else 'usable'
        end as embedding_status
    from items
    left join common on items.dimension = common.dimension

)

select * from final
