-- Grain: one row per item and rank of its most similar available items.
{% set item_count = 10 %}
with

items as (

    select * from {{ ref("int_items") }}

),

chosen_together as (

    select
        item_index,
        neighbor_index,
        similarity,
        'chosen_together' as similarity_kind,
        1 as preference
    from {{ ref("item_cosine_neighbors") }}
    where time_window = 'serve'

),

similar_content as (

    select
        item_index,
        neighbor_index,
        similarity,
        'similar_content' as similarity_kind,
        2 as preference
    from {{ ref("content_tfidf_neighbors") }}
    where time_window = 'serve'

),

-- Items that nobody chose yet are still shown beside items of similar text.
pairs as (

    select * from chosen_together
    union all
    select similar_content.*
    from similar_content
    where not exists (
            select 1
            from chosen_together
            where chosen_together.item_index = similar_content.item_index
                and chosen_together.neighbor_index = similar_content.neighbor_index
        )

),

ranked as (

    select
        items.item_id,
        items.title as item_title,
        similar_entries.item_id as similar_item_id,
        similar_entries.title as similar_item_title,
        pairs.similarity,
        pairs.similarity_kind,
        row_number() over (
            partition by pairs.item_index
            order by
                pairs.preference, round(pairs.similarity, 9) desc, pairs.neighbor_index
        ) as similarity_rank
    from pairs
    inner join items on pairs.item_index = items.item_index
    inner join items as similar_entries
        on pairs.neighbor_index = similar_entries.item_index
    where similar_entries.is_available

),

final as (

    select
        item_id,
        cast(similarity_rank as integer) as similarity_rank,
        item_title,
        similar_item_id,
        similar_item_title,
        similarity,
        similarity_kind
    from ranked
    where similarity_rank <= {{ item_count }}

)

select * from final
