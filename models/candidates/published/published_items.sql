-- Grain: one row per user and rank: the items that are published, scores by part.
{% set scorers = precision_marketing.scorers() %}
with

published as (

    select
        *,
        -- What a rule put there unranked has no score, and so no parts of one. (A key
        -- of its own: beside the keys of a left join the condition made DuckDB compare
        -- every published item with every candidate.)
        case when ranking_rank_before is not null then item_index end
            as scored_item_index
    from {{ ref("reranked_items") }}

),

blend_weights as (

    select
        {% for scorer in scorers %}
        max(case when scorer = '{{ scorer.name }}' then blend_weight end)
            as {{ scorer.name }}_weight,
        {% endfor %}
        count(*) as scorer_count
    from {{ ref("blend_weights") }}

),

blended_candidates as (

    select
        candidates.user_index,
        {% for scorer in scorers %}
        coalesce(
            candidates.{{ scorer.name }}_scaled_score
            * blend_weights.{{ scorer.name }}_weight,
            0e0
        ) as {{ scorer.name }}_contribution,
        {% endfor %}
        candidates.item_index
    from {{ ref("blended_candidates") }} as candidates
    cross join blend_weights
    where candidates.time_window = 'serve'

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
        -- The scorer with the largest part, the first of the list when parts tie; the
        -- published one for an item that it alone found.
        case
            when blended_candidates.item_index is null then published.published_ranking
            {% for scorer in scorers %}
            when blended_candidates.{{ scorer.name }}_contribution = greatest(
                    {% for other in scorers %}
                    blended_candidates.{{ other.name }}_contribution
                    {{- "," if not loop.last }}
                    {% endfor %}
                ) then '{{ scorer.name }}'
            {% endfor %}
        end as winning_scorer
    from published
    left join blended_candidates
        on published.user_index = blended_candidates.user_index
        and published.scored_item_index = blended_candidates.item_index

)

select * from final
