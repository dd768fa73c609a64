-- Grain: one row per user and item, hardly known so far, that the user's list may hold.
-- No rows without exploration.
{% set length = precision_marketing.setting("recommendations", "per_user") %}
{% set rank_offset = 60 %}
with

items as (

    select
        item_index,
        row_number() over (order by md5(item_id), item_id) - 1 as position,
        count(*) over () as item_count
    from {{ ref("reranking_items") }}
    where is_explorable

),

item_counts as (

    select distinct item_count from items

),

-- Reciprocal rank fusion of the content scorers (Cormack, Clarke, Buettcher 2009).
by_content as (

    select
        user_index,
        item_index,
        {{ precision_marketing.exact_sum("1e0 / (" ~ rank_offset ~ " + scorer_rank)") }}
            as fused_score
    from {{ ref("exploration_scores") }}
    group by user_index, item_index

),

-- Where content says nothing, items take turns: each user begins one further on.
turns as (

    select
        users.user_index,
        item_counts.item_count,
        {{ precision_marketing.numbers_up_to(
            "least(" ~ length ~ ", item_counts.item_count)"
        ) }} as turn
    from {{ ref("int_window_users") }} as users
    cross join item_counts
    where users.time_window = 'serve' and users.is_scored

),

by_turn as (

    select
        turns.user_index,
        items.item_index,
        turns.turn
    from turns
    inner join items
        on mod(turns.user_index + turns.turn, turns.item_count) = items.position

),

sources as (

    select
        user_index,
        item_index,
        fused_score,
        cast(null as bigint) as turn
    from by_content
    union all
    select
        user_index,
        item_index,
        cast(null as double) as fused_score,
        turn
    from by_turn

),

joined as (

    select
        user_index,
        item_index,
        max(fused_score) as fused_score,
        max(turn) as turn
    from sources
    group by user_index, item_index

),

excluded as (

    select
        user_index,
        item_index
    from {{ ref("int_user_item_matrix") }}
    where time_window = 'serve'
        and is_excluded
        and {{ (precision_marketing.explored_item_count() > 0) | lower }}

),

final as (

    select
        joined.user_index,
        joined.item_index,
        row_number() over (
            partition by joined.user_index
            order by
                joined.fused_score desc nulls last,
                joined.turn asc nulls last,
                joined.item_index
        ) as explored_rank
    from joined
    left join excluded
        on joined.user_index = excluded.user_index
        and joined.item_index = excluded.item_index
    where excluded.item_index is null
    qualify explored_rank <= {{ length }}

)

select * from final
