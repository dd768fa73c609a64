-- Grain: one row per time window of labels, ranking, user and rank: what each ranking
-- would show, the first 20 and at least as many as are published.
{% set depth = [20, precision_marketing.setting("recommendations", "per_user")] | max %}
with

candidate_scores as (

    select *
    from {{ ref("candidate_scores") }}
    where scorer_rank <= {{ depth }} and time_window <> 'serve'

),

blended_candidates as (

    select *
    from {{ ref("blended_candidates") }}
    where blend_rank <= {{ depth }} and time_window <> 'serve'

),

learned_scores as (

    select *
    from {{ ref("learned_scores") }}
    where scorer_rank <= {{ depth }} and time_window <> 'serve'

),

ranked_users as (

    select
        time_window,
        user_index
    from {{ ref("int_window_users") }}
    where is_scored and label_count > 0

),

every_ranking as (

    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank as ranking_rank
    from candidate_scores
    union all
    select
        time_window,
        'blend' as scorer,
        user_index,
        item_index,
        blend_score as score,
        blend_rank as ranking_rank
    from blended_candidates
    union all
    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank as ranking_rank
    from learned_scores

),

own as (

    select every_ranking.*
    from every_ranking
    inner join ranked_users
        on every_ranking.time_window = ranked_users.time_window
        and every_ranking.user_index = ranked_users.user_index

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
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        ranking_rank,
        false as is_fallback
    from own
    union all
    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        ranking_rank,
        true as is_fallback
    from fallback

)

select * from final
