-- Grain: one row per time window, scorer, user and item, scores comparable in a user.
with

eligible_candidates as (

    select * from {{ ref("eligible_candidates") }}

),

-- Scale: the mean of the user's own best 20 of the scorer. Relative to the best score
-- first, so that the exact sum keeps nine digits of scores of any size.
top_scores as (

    select
        time_window,
        scorer,
        user_index,
        score as top_score
    from {{ ref("candidate_scores") }}
    where scorer_rank = 1

),

scales as (

    select
        candidate_scores.time_window,
        candidate_scores.scorer,
        candidate_scores.user_index,
        max(top_scores.top_score) * {{ precision_marketing.exact_mean(
            "candidate_scores.score / top_scores.top_score"
        ) }} as mean_top_score
    from {{ ref("candidate_scores") }} as candidate_scores
    inner join top_scores
        on candidate_scores.time_window = top_scores.time_window
        and candidate_scores.scorer = top_scores.scorer
        and candidate_scores.user_index = top_scores.user_index
    where candidate_scores.scorer_rank <= 20
    group by
        candidate_scores.time_window,
        candidate_scores.scorer,
        candidate_scores.user_index

),

final as (

    select
        eligible_candidates.time_window,
        eligible_candidates.scorer,
        eligible_candidates.user_index,
        eligible_candidates.item_index,
        eligible_candidates.score,
        eligible_candidates.score / scales.mean_top_score as scaled_score,
        eligible_candidates.scorer_rank
    from eligible_candidates
    inner join scales
        on eligible_candidates.time_window = scales.time_window
        and eligible_candidates.scorer = scales.scorer
        and eligible_candidates.user_index = scales.user_index

)

select * from final
