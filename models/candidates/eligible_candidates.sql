-- Grain: one row per time window, scorer, user and item that may be recommended.
{{ config(materialized="view") }}

with

candidate_scores as (

    select * from {{ ref("candidate_scores") }}

),

users as (

    select * from {{ ref("int_window_users") }} where is_scored

),

items as (

    select * from {{ ref("int_item_features") }} where is_eligible

),

excluded as (

    select
        time_window,
        user_index,
        item_index
    from {{ ref("int_user_item_matrix") }}
    where is_excluded

),

final as (

    select
        candidate_scores.time_window,
        candidate_scores.scorer,
        candidate_scores.user_index,
        candidate_scores.item_index,
        candidate_scores.score,
        candidate_scores.scorer_rank
    from candidate_scores
    -- Consent: users without it are not among the window's users.
    inner join users
        on candidate_scores.time_window = users.time_window
        and candidate_scores.user_index = users.user_index
    inner join items
        on candidate_scores.time_window = items.time_window
        and candidate_scores.item_index = items.item_index
    left join excluded
        on candidate_scores.time_window = excluded.time_window
        and candidate_scores.user_index = excluded.user_index
        and candidate_scores.item_index = excluded.item_index
    where excluded.item_index is null

)

select * from final
