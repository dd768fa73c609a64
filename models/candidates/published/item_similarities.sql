-- Grain: one row per ordered pair of items that are alike: by text, by who chose them.
-- No rows without diversity. Same category and brand: `reranked_places`.
{% set neighbors = 50 %}
{% set diversity = precision_marketing.setting("recommendations", "diversity") %}
with

by_choice as (

    select *
    from {{ ref("item_cosine_neighbors") }}
    where time_window = 'serve' and {{ (diversity > 0) | lower }}

),

strongest as (

    select
        item_index,
        max(similarity) as similarity
    from by_choice
    group by item_index

),

-- Damped cosines are small; 1 is what an item's nearest neighbor has on average.
scale as (

    select {{ precision_marketing.exact_mean("similarity") }} as similarity
    from strongest

),

directed as (

    select
        by_choice.item_index,
        by_choice.neighbor_index,
        least(1e0, by_choice.similarity / scale.similarity) as similarity
    from by_choice
    cross join scale
    where by_choice.neighbor_rank <= {{ neighbors }}
    union all
    select
        item_index,
        neighbor_index,
        least(1e0, similarity) as similarity
    from {{ ref("content_tfidf_neighbors") }}
    where time_window = 'serve'
        and neighbor_rank <= {{ neighbors }}
        and {{ (diversity > 0) | lower }}

),

-- Each item has its own neighbors; alike is alike both ways.
both_ways as (

    select
        item_index,
        neighbor_index,
        similarity
    from directed
    union all
    select
        neighbor_index as item_index,
        item_index as neighbor_index,
        similarity
    from directed

),

final as (

    select
        item_index,
        neighbor_index,
        max(similarity) as similarity
    from both_ways
    group by item_index, neighbor_index

)

select * from final
