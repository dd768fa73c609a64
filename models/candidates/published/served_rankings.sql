-- Grain: one row per user and rank: the published ranking of all history, and behind
-- its end the blend, so that every user gets a full list.
{% set depth = precision_marketing.serve_ranking_depth() %}
with

published_ranking as (

    select * from {{ ref("published_ranking") }}

),

users as (

    select user_index
    from {{ ref("int_window_users") }}
    where time_window = 'serve' and is_scored

),

blend as (

    select
        user_index,
        item_index,
        blend_score as score,
        blend_rank as list_rank
    from {{ ref("blended_candidates") }}
    where time_window = 'serve' and blend_rank <= {{ depth }}

),

-- Each row at most once: `scorer` names one of the three.
own as (

    select
        candidate_scores.user_index,
        candidate_scores.item_index,
        candidate_scores.score,
        candidate_scores.scorer_rank as list_rank
    from {{ ref("candidate_scores") }} as candidate_scores
    inner join published_ranking on candidate_scores.scorer = published_ranking.scorer
    where candidate_scores.time_window = 'serve'
        and candidate_scores.scorer_rank <= {{ depth }}
    union all
    select
        learned_scores.user_index,
        learned_scores.item_index,
        learned_scores.score,
        learned_scores.scorer_rank as list_rank
    from {{ ref("learned_scores") }} as learned_scores
    inner join published_ranking on learned_scores.scorer = published_ranking.scorer
    where learned_scores.time_window = 'serve'
        and learned_scores.scorer_rank <= {{ depth }}
    union all
    select
        blend.user_index,
        blend.item_index,
        blend.score,
        blend.list_rank
    from blend
    inner join published_ranking on published_ranking.scorer = 'blend'

),

filled as (

    select
        *,
        false as is_fallback
    from own
    union all
    select
        blend.*,
        true as is_fallback
    from blend
    left join own
        on blend.user_index = own.user_index
        and blend.item_index = own.item_index
    where own.item_index is null

),

ranked as (

    select
        filled.*,
        row_number() over (
            partition by filled.user_index
            order by filled.is_fallback, filled.list_rank, filled.item_index
        ) as ranking_rank
    from filled
    inner join users on filled.user_index = users.user_index

),

final as (

    select
        'serve' as time_window,
        published_ranking.scorer,
        ranked.user_index,
        ranked.item_index,
        ranked.score,
        cast(ranked.ranking_rank as integer) as ranking_rank,
        ranked.is_fallback
    from ranked
    cross join published_ranking
    where ranked.ranking_rank <= {{ depth }}

)

select * from final
