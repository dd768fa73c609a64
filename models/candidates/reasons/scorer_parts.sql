-- Grain: one row per published user, item and scorer that has a part of the score.
{{ config(materialized="view") }}
{% set scorers = precision_marketing.scorers() %}
with

published_items as (

    select
        *,
        -- Null is a scorer that a unit test does not name.
        0e0
        {% for scorer in scorers %}
        + coalesce({{ scorer.name }}_contribution, 0e0)
        {% endfor %}
            as blend_total
    from {{ ref("published_items") }}

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

-- A ranking that is the sum of scorers, or an item that it filled another one with.
blended_items as (

    select published_items.*
    from published_items
    left join otherwise_explained
        on published_items.user_index = otherwise_explained.user_index
        and published_items.item_index = otherwise_explained.item_index
    where otherwise_explained.item_index is null
        and abs(published_items.score - published_items.blend_total) <= 1e-9

),

final as (

    select * from single_parts
    {% for scorer in scorers %}
    union all
    select
        user_index,
        item_index,
        '{{ scorer.name }}' as part,
        {{ scorer.name }}_contribution as contribution
    from blended_items
    -- Who does not list the item has no part.
    where {{ scorer.name }}_contribution <> 0
    {% endfor %}

)

select * from final
