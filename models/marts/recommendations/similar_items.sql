-- Grain: one row per item and rank of its most similar available items.
{% set item_count = 10 %}
with

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

available as (

    select item_index from {{ ref("precision_marketing", "int_items") }}
    where is_available

),

-- Preference 1: chosen together; 2: similar content.
neighbors as (

    select
        item_index,
        neighbor_index,
        similarity,
        neighbor_rank,
        1 as preference
    from {{ ref("precision_marketing", "item_cosine_neighbors") }}
    where time_window = 'serve'
    union all
    select
        item_index,
        neighbor_index,
        similarity,
        neighbor_rank,
        2 as preference
    from {{ ref("precision_marketing", "content_tfidf_neighbors") }}
    where time_window = 'serve'

),

-- The first ten of each kind are enough: of the ten of similar content, those that
-- were chosen together too are at most as many as the others leave room for. Cut
-- before titles are joined, since an item has hundreds of neighbors.
nearest as (

    select neighbors.*
    from neighbors
    inner join available on neighbors.neighbor_index = available.item_index
    qualify row_number() over (
            partition by neighbors.item_index, neighbors.preference
            order by neighbors.neighbor_rank
        ) <= {{ item_count }}

),

-- Items that nobody chose yet are still shown beside items of similar text.
pairs as (

    select *
    from nearest
    qualify row_number() over (
            partition by item_index, neighbor_index order by preference
        ) = 1

),

ranked as (

    select
        *,
        row_number() over (
            partition by item_index order by preference, neighbor_rank
        ) as similarity_rank
    from pairs

),

final as (

    select
        items.item_id,
        cast(ranked.similarity_rank as integer) as similarity_rank,
        items.title as item_title,
        similar_entries.item_id as similar_item_id,
        similar_entries.title as similar_item_title,
        ranked.similarity,
        case ranked.preference
            when 1 then 'chosen_together' else 'similar_content'
        end as similarity_kind
    from ranked
    inner join items on ranked.item_index = items.item_index
    inner join items as similar_entries
        on ranked.neighbor_index = similar_entries.item_index
    where ranked.similarity_rank <= {{ item_count }}

)

select * from final
