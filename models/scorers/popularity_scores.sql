-- Grain: one row per time window, user and item among the user's most popular ones.
-- Users without a history get those of their segment, where there is one.
{% set candidates = var("candidates_per_scorer") %}
with

item_features as (

    select * from {{ ref("int_item_features") }}

),

users as (

    select
        window_users.time_window,
        window_users.user_index,
        window_users.acquired_item_count,
        segments.popularity_segment
    from {{ ref("int_window_users") }} as window_users
    left join {{ ref("int_popularity_segments") }} as segments
        on window_users.time_window = segments.time_window
        and window_users.user_index = segments.user_index
    where window_users.is_scored

),

excluded as (

    select
        time_window,
        user_index,
        item_index
    from {{ ref("int_user_item_matrix") }}
    where is_excluded

),

popular_items as (

    select
        time_window,
        item_index,
        user_count,
        row_number() over (
            partition by time_window order by user_count desc, item_index
        ) as popularity_rank
    from item_features
    where is_eligible and user_count > 0

),

-- A user who has n items still gets a full list from the top `candidates` + n. As
-- numbers to join on: a join on `rank <= candidates + n` takes fifteen times as long.
wanted_ranks as (

    select
        time_window,
        user_index,
        {{ precision_marketing.numbers_up_to(
            candidates ~ " + acquired_item_count"
        ) }} as popularity_rank
    from users
    where popularity_segment is null

),

reachable as (

    select
        wanted_ranks.time_window,
        wanted_ranks.user_index,
        popular_items.item_index,
        popular_items.user_count,
        popular_items.popularity_rank
    from wanted_ranks
    inner join popular_items
        on wanted_ranks.time_window = popular_items.time_window
        and wanted_ranks.popularity_rank = popular_items.popularity_rank

),

ranked as (

    select
        reachable.time_window,
        reachable.user_index,
        reachable.item_index,
        reachable.user_count,
        row_number() over (
            partition by reachable.time_window, reachable.user_index
            order by reachable.popularity_rank
        ) as scorer_rank
    from reachable
    left join excluded
        on reachable.time_window = excluded.time_window
        and reachable.user_index = excluded.user_index
        and reachable.item_index = excluded.item_index
    where excluded.item_index is null

),

-- Nothing to leave out: who has items has a history.
in_segment as (

    select
        users.time_window,
        users.user_index,
        segment_popular_items.item_index,
        segment_popular_items.score,
        segment_popular_items.segment_rank
    from users
    inner join {{ ref("segment_popular_items") }} as segment_popular_items
        on users.time_window = segment_popular_items.time_window
        and users.popularity_segment = segment_popular_items.popularity_segment

),

final as (

    select
        time_window,
        'popularity' as scorer,
        user_index,
        item_index,
        cast(user_count as double) as score,
        cast(scorer_rank as integer) as scorer_rank
    from ranked
    where scorer_rank <= {{ candidates }}
    union all
    select
        time_window,
        'popularity' as scorer,
        user_index,
        item_index,
        score,
        cast(segment_rank as integer) as scorer_rank
    from in_segment

)

select * from final
