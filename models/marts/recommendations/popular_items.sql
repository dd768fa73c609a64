-- Grain: one row per kind of segment, segment and popularity rank of an item on offer.
with

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

item_features as (

    select * from {{ ref("precision_marketing", "int_item_features") }}
    where time_window = 'serve' and is_eligible

),

segment_popular_items as (

    select * from {{ ref("precision_marketing", "segment_popular_items") }}
    where time_window = 'serve'

),

ranked as (

    select
        'all' as segment_kind,
        'all' as segment,
        item_index,
        row_number() over (order by user_count desc, item_index) as popularity_rank
    from item_features
    union all
    select
        'country' as segment_kind,
        popularity_segment as segment,
        item_index,
        segment_rank as popularity_rank
    from segment_popular_items

),

final as (

    select
        ranked.segment_kind,
        ranked.segment,
        cast(ranked.popularity_rank as integer) as popularity_rank,
        items.item_id,
        items.title as item_title,
        items.category,
        items.brand,
        item_features.user_count
    from ranked
    inner join items on ranked.item_index = items.item_index
    inner join item_features on ranked.item_index = item_features.item_index

)

select * from final
