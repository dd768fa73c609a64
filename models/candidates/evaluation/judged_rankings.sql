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

rankings as (

    {{ precision_marketing.rankings_of({
        "train_scores": "true",
        "candidate_scores": "time_window = 'test'",
        "blended_candidates": "time_window <> 'serve'",
        "learned_scores": "true",
    }, depth) }}

),

-- Nobody is served what is left out alone: where nothing is ranked nothing is judged.
own as (

    select rankings.*
    from rankings
    inner join ranked_users
        on rankings.time_window = ranked_users.time_window
        and rankings.user_index = ranked_users.user_index
    left join {{ ref("precision_marketing", "scorer_decisions") }} as decisions
        on rankings.scorer = decisions.scorer
    where rankings.time_window = 'train' or not coalesce(decisions.is_left_out, false)

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
