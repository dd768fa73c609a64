-- Grain: one row per user and rank: the published ranking after rules, diversity and
-- exploration; without them its first ranks as they are.
{% set length = var("recommendations_per_user") %}
with

published_ranking as (

    select * from {{ ref("published_ranking") }}

),

unchanged as (

    select
        user_index,
        item_index,
        ranking_rank,
        score,
        scorer as published_ranking,
        ranking_rank as ranking_rank_before,
        'organic' as rule
    from {{ ref("served_rankings") }}
    where ranking_rank <= {{ length }}
        and {{ (not precision_marketing.is_reranked()) | lower }}

),

reranked as (

    select
        places.user_index,
        places.item_index,
        -- A place that nothing was left for is closed up.
        row_number() over (
            partition by places.user_index order by places.place
        ) as ranking_rank,
        -- 0: the ranking did not list the item.
        coalesce(candidates.score, 0e0) as score,
        published_ranking.scorer as published_ranking,
        candidates.ranking_rank as ranking_rank_before,
        places.placement_rule as rule
    from {{ ref("reranked_places") }} as places
    inner join {{ ref("reranking_candidates") }} as candidates
        on places.user_index = candidates.user_index
        and places.item_index = candidates.item_index
    cross join published_ranking

),

final as (

    select
        user_index,
        item_index,
        ranking_rank,
        score,
        published_ranking,
        ranking_rank_before,
        rule
    from unchanged
    union all
    select
        user_index,
        item_index,
        ranking_rank,
        score,
        published_ranking,
        ranking_rank_before,
        rule
    from reranked

)

select * from final
