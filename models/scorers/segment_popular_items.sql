-- Grain: one row per time window, popularity segment and item among its most popular.
{% set candidates = precision_marketing.setting(
    "recommendations", "candidates_per_scorer") %}
with

items as (

    select
        time_window,
        item_index,
        user_count,
        max(user_count) over (partition by time_window) as largest_user_count
    from {{ ref("precision_marketing", "int_item_features") }}
    where is_eligible and user_count > 0

),

segments as (

    select * from {{ ref("precision_marketing", "int_popularity_segments") }}

),

segment_counts as (

    select
        matrix.time_window,
        users.country as popularity_segment,
        matrix.item_index,
        count(*) as user_count
    from {{ ref("precision_marketing", "int_user_item_matrix") }} as matrix
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on matrix.user_index = users.user_index
    inner join segments
        on matrix.time_window = segments.time_window
        and users.country = segments.popularity_segment
    group by matrix.time_window, users.country, matrix.item_index

),

-- What nobody of the segment has follows, by the whole shop's count.
scored as (

    select
        segments.time_window,
        segments.popularity_segment,
        items.item_index,
        coalesce(segment_counts.user_count, 0)
        + 1e0 * items.user_count / (items.largest_user_count + 1) as score
    from segments
    inner join items on segments.time_window = items.time_window
    left join segment_counts
        on segments.time_window = segment_counts.time_window
        and segments.popularity_segment = segment_counts.popularity_segment
        and items.item_index = segment_counts.item_index

),

final as (

    select
        time_window,
        popularity_segment,
        item_index,
        score,
        row_number() over (
            partition by time_window, popularity_segment
            order by score desc, item_index
        ) as segment_rank
    from scored
    qualify segment_rank <= {{ candidates }}

)

select * from final
