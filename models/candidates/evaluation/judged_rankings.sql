-- Grain: one row per time window of labels, ranking, user and rank: what each ranking
-- would show, the first 20 and at least as many as are published.
{% set depth = [20, precision_marketing.setting("recommendations", "per_user")] | max %}
with

ranked_users as (

    select
        time_window,
        user_index
    from {{ ref("precision_marketing", "int_window_users") }}
    where is_scored and label_count > 0

),

-- Nobody is served these alone: where nothing is ranked nothing is judged.
left_out as (

    select scorer
    from {{ ref("precision_marketing", "scorer_decisions") }}
    where is_left_out

),

own as (

    select
        rankings.time_window,
        rankings.scorer,
        rankings.user_index,
        rankings.item_index,
        rankings.score,
        rankings.ranking_rank
    from {{ ref("precision_marketing", "every_ranking") }} as rankings
    inner join ranked_users
        on rankings.time_window = ranked_users.time_window
        and rankings.user_index = ranked_users.user_index
    left join left_out on rankings.scorer = left_out.scorer
    where rankings.time_window <> 'serve'
        and (rankings.time_window = 'train' or left_out.scorer is null)
        and rankings.ranking_rank <= {{ depth }}

),

scorers as (

    select distinct
        time_window,
        scorer
    from own

),

served as (

    select distinct
        time_window,
        scorer,
        user_index
    from own

),

-- A scorer that has nothing for a user (no history, say) is shown as it would be
-- served: with the most popular items.
fallback as (

    select
        own.time_window,
        scorers.scorer,
        own.user_index,
        own.item_index,
        own.score,
        own.ranking_rank
    from own
    inner join scorers on own.time_window = scorers.time_window
    left join served
        on own.time_window = served.time_window
        and scorers.scorer = served.scorer
        and own.user_index = served.user_index
    where own.scorer = 'popularity'
        and served.user_index is null

),

final as (

    select
        *,
        false as is_fallback
    from own
    union all
    select
        *,
        true as is_fallback
    from fallback

)

select * from final
