-- Grain: one row per user and rank: the items that are published, and whose score each
-- has where a single scorer is published.
with

published as (

    select * from {{ ref("precision_marketing", "reranked_items") }}

),

scorers as (

    {% for scorer in precision_marketing.scorers() %}
    select '{{ scorer.name }}' as scorer
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A user for whom the scorer has nothing may be shown popularity's list, with
-- popularity's score.
single_scorers as (

    select
        published.user_index,
        published.item_index,
        candidate_scores.scorer
    from published
    inner join scorers on published.published_ranking = scorers.scorer
    inner join {{ ref("precision_marketing", "candidate_scores") }} as candidate_scores
        on published.user_index = candidate_scores.user_index
        and published.item_index = candidate_scores.item_index
        and published.score = candidate_scores.score
    where candidate_scores.time_window = 'serve'
        and candidate_scores.scorer in (scorers.scorer, 'popularity')
    qualify row_number() over (
            partition by published.user_index, published.item_index
            order by candidate_scores.scorer = scorers.scorer desc
        ) = 1

),

final as (

    select
        published.user_index,
        published.item_index,
        published.ranking_rank,
        published.published_ranking,
        published.rule as placement_rule,
        published.score,
        published.ranking_rank_before is not null as is_ranked,
        single_scorers.scorer as single_scorer
    from published
    left join single_scorers
        on published.user_index = single_scorers.user_index
        and published.item_index = single_scorers.item_index

)

select * from final
