-- Grain: one row per scorer, user and item of the lists of `train` that are used:
-- nothing of what is left out in `test` and `serve`.
{{ config(materialized="view") }}
with

train_scores as (

    select * from {{ ref("precision_marketing", "train_scores") }}

),

scorer_decisions as (

    select * from {{ ref("precision_marketing", "scorer_decisions") }}

),

content_only_users as (

    select * from {{ ref("precision_marketing", "content_only_users") }}

),

final as (

    select
        train_scores.time_window,
        train_scores.scorer,
        train_scores.scorer_number,
        train_scores.user_index,
        train_scores.item_index,
        train_scores.score,
        train_scores.scorer_rank
    from train_scores
    inner join scorer_decisions on train_scores.scorer = scorer_decisions.scorer
    left join content_only_users
        on train_scores.time_window = content_only_users.time_window
        and train_scores.user_index = content_only_users.user_index
    where not scorer_decisions.is_left_out
        or (scorer_decisions.is_content and content_only_users.user_index is not null)

)

select * from final
