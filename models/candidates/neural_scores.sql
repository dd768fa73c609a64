-- Grain: one row per time window, user and candidate item.
{{ config(materialized="view") }}

with

final as (

    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("learned_scores") }}
    where scorer = 'neural'

)

select * from final
