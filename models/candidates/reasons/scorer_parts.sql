-- Grain: one row per published user, item and scorer that speaks for the item.
{% set names = precision_marketing.scorers() | map(attribute="name") | join("', '") %}
{% set is_of_one_scorer = "published_items.scored_by in ('" ~ names ~ "')" %}
with

-- What a rule put there unranked has no score, and so no parts of one.
blended_items {{ precision_marketing.as_materialized() }} (

    select
        candidates.user_index,
        candidates.item_index,
        {% for scorer in precision_marketing.scorers() %}
        candidates.{{ scorer.name }}_scaled_score,
        {% endfor %}
        abs(published_items.score - candidates.blend_score) <= 1e-9 as is_of_score
    from {{ ref("precision_marketing", "published_items") }} as published_items
    inner join {{ ref("precision_marketing", "blended_candidates") }} as candidates
        on published_items.user_index = candidates.user_index
        and published_items.item_index = candidates.item_index
    where candidates.time_window = 'serve'
        and candidates.blend_score > 0
        and not {{ is_of_one_scorer }}

),

scaled_scores as (

    {% for scorer in precision_marketing.scorers() %}
    select
        user_index,
        item_index,
        '{{ scorer.name }}' as part,
        {{ loop.index }} as scorer_number,
        {{ scorer.name }}_scaled_score as scaled_score,
        is_of_score
    from blended_items
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

known_parts as (

    select
        published_items.user_index,
        published_items.item_index,
        published_items.scored_by as part,
        0 as scorer_number,
        published_items.score as contribution,
        true as is_of_score
    from {{ ref("precision_marketing", "published_items") }} as published_items
    where {{ is_of_one_scorer }}
    union all
    select
        scaled_scores.user_index,
        scaled_scores.item_index,
        scaled_scores.part,
        scaled_scores.scorer_number,
        scaled_scores.scaled_score * weights.blend_weight as contribution,
        scaled_scores.is_of_score
    from scaled_scores
    inner join {{ ref("precision_marketing", "scorer_decisions") }} as weights
        on scaled_scores.part = weights.scorer
    where scaled_scores.scaled_score * weights.blend_weight > 0
    union all
    -- Where no scorer with a weight knows the item, it may still be among the popular.
    select
        published_items.user_index,
        published_items.item_index,
        popularity.scorer as part,
        0 as scorer_number,
        0e0 as contribution,
        false as is_of_score
    from {{ ref("precision_marketing", "published_items") }} as published_items
    inner join {{ ref("precision_marketing", "candidate_scores") }} as popularity
        on published_items.user_index = popularity.user_index
        and published_items.item_index = popularity.item_index
    left join blended_items
        on published_items.user_index = blended_items.user_index
        and published_items.item_index = blended_items.item_index
    where popularity.time_window = 'serve' and popularity.scorer = 'popularity'
        and not coalesce({{ is_of_one_scorer }}, false)
        and blended_items.item_index is null

),

final as (

    select
        *,
        -- The largest, the first of the list of scorers when parts tie.
        row_number() over (
            partition by user_index, item_index
            order by contribution desc, scorer_number
        ) = 1 as is_winner
    from known_parts

)

select * from final
