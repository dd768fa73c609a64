-- Grain: one row per time window, ranking, user and rank: what each scorer, the blend
-- and the network would show, the first 20 and at least as many as are published; in
-- `serve` more where rules or diversity may move the next best up.
{% set depth = [20, var("recommendations_per_user")] | max %}
{% set serve_depth = precision_marketing.serve_ranking_depth() %}
with

-- To be served are the blend, the network, and popularity where they have nothing.
scaled_candidates as (

    select *
    from {{ ref("scaled_candidates") }}
    where scorer_rank <= {{ serve_depth }}
        and (time_window <> 'serve' or scorer = 'popularity')

),

blended_candidates as (

    select * from {{ ref("blended_candidates") }}

),

neural_scores as (

    select * from {{ ref("neural_scores") }}

),

users as (

    select * from {{ ref("int_window_users") }} where is_scored

),

-- In `train` all rankings are compared on the users that the network never saw.
ranked_users as (

    select
        time_window,
        user_index
    from users
    where time_window <> 'train' or training_role = 'gate'

),

every_ranking as (

    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank as ranking_rank
    from scaled_candidates
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
    from neural_scores

),

own as (

    select every_ranking.*
    from every_ranking
    inner join ranked_users
        on every_ranking.time_window = ranked_users.time_window
        and every_ranking.user_index = ranked_users.user_index
    where every_ranking.ranking_rank <= case
            when every_ranking.time_window = 'serve' then {{ serve_depth }}
            else {{ depth }}
        end

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
