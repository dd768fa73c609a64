-- Grain: one row per published user, item and scorer that has a part of the score.
{% set scorers = precision_marketing.scorers() %}
with

published_items as (

    select * from {{ ref("published_items") }}

),

-- A ranking that is one scorer. A user for whom it has nothing may be shown
-- popularity's list, with popularity's score.
single_parts as (

    select
        published_items.user_index,
        published_items.item_index,
        candidate_scores.scorer as part,
        published_items.score as contribution
    from published_items
    inner join {{ ref("candidate_scores") }} as candidate_scores
        on published_items.user_index = candidate_scores.user_index
        and published_items.item_index = candidate_scores.item_index
        and published_items.score = candidate_scores.score
    where candidate_scores.time_window = 'serve'
        and published_items.published_ranking in (
            {% for scorer in scorers %}
            '{{ scorer.name }}'
            {{- "," if not loop.last }}
            {% endfor %}
        )
        and candidate_scores.scorer
        in (published_items.published_ranking, 'popularity')
    qualify row_number() over (
            partition by published_items.user_index, published_items.item_index
            order by candidate_scores.scorer = published_items.published_ranking desc
        ) = 1

),

otherwise_explained as (

    select
        user_index,
        item_index
    from single_parts
    union all
    select
        user_index,
        item_index
    from {{ ref("feature_contributions") }}
    where part = 'base'

),

-- Who does not list the item has no part.
weighted_parts as (

    {% for scorer in scorers %}
    select
        user_index,
        item_index,
        '{{ scorer.name }}' as part,
        {{ scorer.name }}_contribution as contribution,
        score
    from published_items
    where {{ scorer.name }}_contribution <> 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A ranking that is the sum of scorers, or an item that it filled another one with.
blend_parts as (

    select weighted_parts.*
    from weighted_parts
    left join otherwise_explained
        on weighted_parts.user_index = otherwise_explained.user_index
        and weighted_parts.item_index = otherwise_explained.item_index
    where otherwise_explained.item_index is null
    qualify abs(
            weighted_parts.score
            - sum(weighted_parts.contribution) over (
                partition by weighted_parts.user_index, weighted_parts.item_index
            )
        ) <= 1e-9

),

final as (

    select * from single_parts
    union all
    select
        user_index,
        item_index,
        part,
        contribution
    from blend_parts

)

select * from final
