-- Grain: one row per time window, user and item among the user's most popular ones.
-- Users without a history get those of their segment, where there is one.
{% set candidates = precision_marketing.setting(
    "recommendations", "candidates_per_scorer") %}
with

users as (

    select
        window_users.time_window,
        window_users.user_index,
        window_users.acquired_item_count,
        segments.popularity_segment
    from {{ ref("precision_marketing", "int_window_users") }} as window_users
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on window_users.user_index = users.user_index
    left join {{ ref("precision_marketing", "int_popularity_segments") }} as segments
        on window_users.time_window = segments.time_window
        and users.country = segments.popularity_segment
        and window_users.history_event_count = 0
    where window_users.is_scored

),

popular_items as (

    select
        time_window,
        item_index,
        user_count,
        row_number() over (
            partition by time_window order by user_count desc, item_index
        ) as popularity_rank
    from {{ ref("precision_marketing", "int_item_features") }}
    where is_eligible and user_count > 0

),

-- Where the user's list is broken: after rank 0 and after each item that the user has.
-- With n of them a full list ends at rank `candidates` + n at the latest.
breaks as (

    select
        time_window,
        user_index,
        0 as popularity_rank
    from users
    where popularity_segment is null
    union all
    select
        users.time_window,
        users.user_index,
        popular_items.popularity_rank
    from users
    inner join {{ ref("precision_marketing", "int_user_item_matrix") }} as history
        on users.time_window = history.time_window
        and users.user_index = history.user_index
    inner join popular_items
        on history.time_window = popular_items.time_window
        and history.item_index = popular_items.item_index
    where history.is_excluded
        and popular_items.popularity_rank
        <= {{ candidates }} + users.acquired_item_count

),

stretches as (

    select
        time_window,
        user_index,
        popularity_rank as rank_before,
        row_number() over by_rank - 1 as skipped_count,
        lead(popularity_rank) over by_rank - 1 as last_rank
    from breaks
    window by_rank as (
        partition by time_window, user_index order by popularity_rank
    )

),

-- Ranks are made, not filtered, and numbered by counting what was skipped: a window
-- over all of them takes several times the memory.
ranked as (

    select
        time_window,
        user_index,
        skipped_count,
        rank_before,
        {{ precision_marketing.numbers_up_to(
            "least(coalesce(last_rank, " ~ candidates ~ " + skipped_count), "
            ~ candidates ~ " + skipped_count) - rank_before"
        ) }} as place
    from stretches

),

final as (

    select
        ranked.time_window,
        'popularity' as scorer,
        ranked.user_index,
        popular_items.item_index,
        cast(popular_items.user_count as double) as score,
        cast(
            ranked.rank_before + ranked.place - ranked.skipped_count as integer
        ) as scorer_rank
    from ranked
    inner join popular_items
        on ranked.time_window = popular_items.time_window
        and ranked.rank_before + ranked.place = popular_items.popularity_rank
    union all
    -- Nothing to leave out: who has items has a history.
    select
        users.time_window,
        'popularity' as scorer,
        users.user_index,
        segment_popular_items.item_index,
        segment_popular_items.score,
        cast(segment_popular_items.segment_rank as integer) as scorer_rank
    from users
    inner join {{ ref(
        "precision_marketing", "segment_popular_items"
    ) }} as segment_popular_items
        on users.time_window = segment_popular_items.time_window
        and users.popularity_segment = segment_popular_items.popularity_segment

)

select * from final
