-- Grain: one row per user and rank: the items that are published, scores by part.
{% set scorers = precision_marketing.scorers() %}
with

published as (

    select * from {{ ref("reranked_items") }}

),

blended_candidates as (

    select * from {{ ref("blended_candidates") }} where time_window = 'serve'

),

final as (

    select
        published.user_index,
        published.item_index,
        published.ranking_rank,
        published.published_ranking,
        published.rule as placement_rule,
        published.score,
        {% for scorer in scorers %}
        coalesce(blended_candidates.{{ scorer.name }}_contribution, 0e0)
            as {{ scorer.name }}_contribution,
        {% endfor %}
        -- The scorer with the largest part; the first of the list when parts tie.
        case greatest(
            {% for scorer in scorers %}
            coalesce(blended_candidates.{{ scorer.name }}_contribution, 0e0)
            {{- "," if not loop.last }}
            {% endfor %}
        )
            {% for scorer in scorers %}
            when coalesce(blended_candidates.{{ scorer.name }}_contribution, 0e0)
                then '{{ scorer.name }}'
            {% endfor %}
        end as winning_scorer
    from published
    left join blended_candidates
        on published.user_index = blended_candidates.user_index
        and published.item_index = blended_candidates.item_index

)

select * from final
