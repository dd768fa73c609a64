-- Grain: one row per user and rank: the published ranking of all history, and behind
-- its end the blend, so that every user gets a full list.
{% set depth = precision_marketing.serve_ranking_depth() %}
with

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

users as (

    select user_index
    from {{ ref("precision_marketing", "int_window_users") }}
    where time_window = 'serve' and is_scored

),

rankings as (

    {{ precision_marketing.rankings_of({
        "candidate_scores": "time_window = 'serve'",
        "blended_candidates": "time_window = 'serve'",
        "served_learned_scores": "true",
    }, depth) }}

),

own as (

    select rankings.*
    from rankings
    inner join published_ranking on rankings.scorer = published_ranking.scorer

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
    from rankings as blend
    left join own
        on blend.user_index = own.user_index
        and blend.item_index = own.item_index
    where blend.scorer = 'blend'
        and own.item_index is null

),

ranked as (

    select
        filled.scorer as scored_by,
        filled.user_index,
        filled.item_index,
        filled.score,
        row_number() over (
            partition by filled.user_index
            order by filled.is_fallback, filled.ranking_rank, filled.item_index
        ) as ranking_rank
    from filled
    inner join users on filled.user_index = users.user_index

),

final as (

    select
        published_ranking.scorer,
        ranked.user_index,
        ranked.item_index,
        ranked.score,
        cast(ranked.ranking_rank as integer) as ranking_rank,
        ranked.scored_by
    from ranked
    cross join published_ranking
    where ranked.ranking_rank <= {{ depth }}

)

select * from final
