-- Grain: one row per time window, ranking, user and item: every scorer, the blend and
-- the learned scorers in one shape, uncut. The learned ones rank `serve` only once it
-- is known that they are needed there (`served_learned_scores`).
{{ config(materialized="view") }}
with

final as (

    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank as ranking_rank
    from {{ ref("precision_marketing", "candidate_scores") }}
    union all
    select
        time_window,
        'blend' as scorer,
        user_index,
        item_index,
        blend_score as score,
        blend_rank as ranking_rank
    from {{ ref("precision_marketing", "blended_candidates") }}
    union all
    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank as ranking_rank
    from {{ ref("precision_marketing", "learned_scores") }}

)

select * from final
