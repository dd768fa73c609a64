-- Grain: one row per published user, item and scorer that has a part of the score.
{% set scorers = precision_marketing.scorers() %}
with

published_items as (

    select * from {{ ref("published_items") }}

),

-- A ranking that is the sum of scorers. Who does not list the item has no part.
blend_parts as (

    {% for scorer in scorers %}
    select
        user_index,
        item_index,
        '{{ scorer.name }}' as part,
        {{ scorer.name }}_contribution as contribution
    from published_items
    where published_ranking = 'blend' and {{ scorer.name }}_contribution <> 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A ranking that is one scorer. A user for whom it has nothing is shown popularity's
-- list, with popularity's score.
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
    where candidate_scores.time_window = 'serve'
        and published_items.published_ranking
        in ('{{ scorers | map(attribute="name") | join("', '") }}')
        and (
            candidate_scores.scorer = published_items.published_ranking
            or (
                candidate_scores.scorer = 'popularity'
                and candidate_scores.score = published_items.score
            )
        )
    qualify row_number() over (
            partition by published_items.user_index, published_items.item_index
            order by candidate_scores.scorer = published_items.published_ranking desc
        ) = 1

),

final as (

    select * from blend_parts
    union all
    select * from single_parts

)

select * from final
