-- Grain: one row per time window, scorer, user and item, scores comparable in a user.
{{ config(materialized="view") }}

with

eligible_candidates as (

    select * from {{ ref("eligible_candidates") }}

),

-- Scale: the mean of the user's own top 20 (ALGORITHMS: scaled per user). Relative to
-- the top score first, so that the exact sum keeps nine digits of any score.
scales as (

    select
        time_window,
        scorer,
        user_index,
        max(score) as top_score
    from eligible_candidates
    group by time_window, scorer, user_index

),

means as (

    select
        eligible_candidates.time_window,
        eligible_candidates.scorer,
        eligible_candidates.user_index,
        max(scales.top_score) * {{ precision_marketing.exact_mean(
            "eligible_candidates.score / scales.top_score"
        ) }} as mean_top_score
    from eligible_candidates
    inner join scales
        on eligible_candidates.time_window = scales.time_window
        and eligible_candidates.scorer = scales.scorer
        and eligible_candidates.user_index = scales.user_index
    where eligible_candidates.scorer_rank <= 20
    group by
        eligible_candidates.time_window,
        eligible_candidates.scorer,
        eligible_candidates.user_index

),

final as (

    select
        eligible_candidates.time_window,
        eligible_candidates.scorer,
        eligible_candidates.user_index,
        eligible_candidates.item_index,
        eligible_candidates.score / means.mean_top_score as scaled_score,
        eligible_candidates.scorer_rank
    from eligible_candidates
    inner join means
        on eligible_candidates.time_window = means.time_window
        and eligible_candidates.scorer = means.scorer
        and eligible_candidates.user_index = means.user_index

)

select * from final
