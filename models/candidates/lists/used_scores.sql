-- Grain: one row per time window, scorer, user and item of the lists that are used: in
-- `train` too nothing of what is left out in `test` and `serve`.
{{ config(materialized="view") }}
with

candidate_scores as (

    select * from {{ ref("precision_marketing", "candidate_scores") }}

),

scorer_losses as (

    select * from {{ ref("precision_marketing", "scorer_losses") }}

),

content_only_users as (

    select * from {{ ref("precision_marketing", "content_only_users") }}

),

final as (

    select
        candidate_scores.time_window,
        candidate_scores.scorer,
        candidate_scores.scorer_number,
        candidate_scores.user_index,
        candidate_scores.item_index,
        candidate_scores.score,
        candidate_scores.scorer_rank
    from candidate_scores
    inner join scorer_losses on candidate_scores.scorer = scorer_losses.scorer
    left join content_only_users
        on candidate_scores.time_window = content_only_users.time_window
        and candidate_scores.user_index = content_only_users.user_index
    where not scorer_losses.is_left_out
        or (scorer_losses.is_content and content_only_users.user_index is not null)

)

select * from final
