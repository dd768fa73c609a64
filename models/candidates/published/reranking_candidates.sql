-- Grain: one row per user and item that the user's list may hold once rules apply.
with

items as (

    select * from {{ ref("reranking_items") }}

),

published as (

    select
        user_index,
        item_index,
        ranking_rank,
        score
    from {{ ref("served_rankings") }}
    where {{ precision_marketing.is_reranked() | lower }}

),

users as (

    select
        window_users.user_index,
        -- By hash: every second user explores at every other rank than the rest.
        case when substr(md5(users.user_id), 1, 1) < '8' then 0 else 1 end
            as exploration_turn
    from {{ ref("int_window_users") }} as window_users
    inner join {{ ref("int_users") }} as users
        on window_users.user_index = users.user_index
    where window_users.time_window = 'serve' and window_users.is_scored

),

excluded as (

    select
        user_index,
        item_index
    from {{ ref("int_user_item_matrix") }}
    where time_window = 'serve'
        and is_excluded
        and {{ precision_marketing.is_reranked() | lower }}

),

pinned as (

    select
        users.user_index,
        items.item_index,
        items.pinned_rank
    from users
    cross join items
    left join excluded
        on users.user_index = excluded.user_index
        and items.item_index = excluded.item_index
    where items.pinned_rank is not null and excluded.item_index is null

),

sources as (

    select
        user_index,
        item_index,
        ranking_rank,
        score,
        cast(null as integer) as pinned_rank,
        cast(null as bigint) as explored_rank
    from published
    union all
    select
        user_index,
        item_index,
        cast(null as bigint) as ranking_rank,
        cast(null as double) as score,
        pinned_rank,
        cast(null as bigint) as explored_rank
    from pinned
    union all
    select
        user_index,
        item_index,
        cast(null as bigint) as ranking_rank,
        cast(null as double) as score,
        cast(null as integer) as pinned_rank,
        explored_rank
    from {{ ref("explored_items") }}

),

joined as (

    select
        sources.user_index,
        sources.item_index,
        max(sources.ranking_rank) as ranking_rank,
        max(sources.score) as score,
        max(sources.pinned_rank) as pinned_rank,
        max(sources.explored_rank) as explored_rank
    from sources
    group by sources.user_index, sources.item_index

),

final as (

    select
        joined.*,
        users.exploration_turn,
        items.category_number,
        items.brand_number,
        items.category_maximum,
        items.brand_maximum,
        -- Where all scores are 0, as with a blend that knows nothing, all are equal.
        coalesce(
            joined.score / nullif(
                max(joined.score) over (partition by joined.user_index), 0
            ),
            1e0
        ) as relevance
    from joined
    inner join users on joined.user_index = users.user_index
    inner join items on joined.item_index = items.item_index

)

select * from final
