-- Grain: one row per user and item that got a place in the user's list.
-- Greedy maximal marginal relevance (Carbonell, Goldstein 1998), one step per place:
-- each step places one item a user, and counts down what its caps leave.
{% set length = var("recommendations_per_user") %}
{% set diversity = var("diversity") %}
{% set explored = precision_marketing.explored_item_count() %}
{% set unlimited = 1000 %}
{% set steps = [] %}
{% for rule in var("recommendation_rules") if rule.rule == "pin" %}
    {% do steps.append({"rank": rule.rank, "is_pin": true}) %}
{% endfor %}
{% for rank in range(1, length + 1) %}
    {% do steps.append({"rank": rank, "is_pin": false}) %}
{% endfor %}
with

similarities as (

    select * from {{ ref("item_similarities") }}

),

placed_0 as (

    select
        user_index,
        item_index,
        ranking_rank,
        pinned_rank,
        explored_rank,
        exploration_turn,
        category_number,
        brand_number,
        coalesce(category_maximum, {{ unlimited }}) as category_room,
        coalesce(brand_maximum, {{ unlimited }}) as brand_room,
        relevance,
        0e0 as highest_similarity,
        cast(null as integer) as place,
        cast(null as {{ precision_marketing.kind_type("text") }}) as placement_rule
    from {{ ref("reranking_candidates") }}

),

{% for step in steps %}
{% set n = loop.index %}
{% set rank = step.rank %}
{% set may_explore = not step.is_pin and rank > length - 2 * explored %}
-- Who may have the place, best first: the item that has it, an explored one where it
-- is the user's turn, the ranking's.
open_{{ n }} as (

    select
        *,
        {% if step.is_pin %}
        case when pinned_rank = {{ rank }} then 'pinned' end as claim,
        0 as claim_order,
        {% else %}
        case
            when place = {{ rank }} then 'taken'
            when place is not null or category_room <= 0 or brand_room <= 0 then null
            {% if may_explore %}
            when explored_rank is not null
                and exploration_turn = {{ (length - rank) % 2 }} then 'explored'
            {% endif %}
            when ranking_rank is not null then 'organic'
        end as claim,
        case
            when place = {{ rank }} then 0
            {% if may_explore %}
            when place is null and explored_rank is not null
                and exploration_turn = {{ (length - rank) % 2 }} then explored_rank
            {% endif %}
            else {{ unlimited }}
        end as claim_order,
        {% endif %}
        round(
            cast({{ 1 - diversity }} as double) * relevance
            - cast({{ diversity }} as double) * highest_similarity,
            9
        ) as marginal_relevance
    from placed_{{ n - 1 }}

),

chosen_{{ n }} as (

    select
        *,
        first_value(item_index) over best as chosen_item,
        first_value(claim) over best as chosen_claim,
        first_value(category_number) over best as chosen_category,
        {% if diversity > 0 %}
        min(case when claim = 'organic' then ranking_rank end) over (
            partition by user_index
        ) as best_open_rank,
        {% endif %}
        first_value(brand_number) over best as chosen_brand
    from open_{{ n }}
    window best as (
        partition by user_index
        order by
            case when claim is null then 1 else 0 end,
            claim_order,
            {% if diversity > 0 %}
            marginal_relevance desc,
            {% endif %}
            ranking_rank asc nulls last,
            item_index
    )

),

placed_{{ n }} {{ precision_marketing.as_materialized()
    if n % 5 == 0 and not loop.last else "as" }} (

    select
        chosen.user_index,
        chosen.item_index,
        chosen.ranking_rank,
        chosen.pinned_rank,
        chosen.explored_rank,
        chosen.exploration_turn,
        chosen.category_number,
        chosen.brand_number,
        {% for name in ["category", "brand"] %}
        chosen.{{ name }}_room - case
            when chosen.chosen_claim <> 'taken'
                and chosen.{{ name }}_number = chosen.chosen_{{ name }} then 1
            else 0
        end as {{ name }}_room,
        {% endfor %}
        chosen.relevance,
        {% if diversity > 0 %}
        case
            when chosen.chosen_claim is null then chosen.highest_similarity
            else greatest(
                chosen.highest_similarity,
                coalesce(similarities.similarity, 0e0),
                case
                    when chosen.category_number = chosen.chosen_category then 0.5e0
                    else 0e0
                end
                + case
                    when chosen.brand_number = chosen.chosen_brand then 0.5e0
                    else 0e0
                end
            )
        end as highest_similarity,
        {% else %}
        chosen.highest_similarity,
        {% endif %}
        case
            when chosen.place is null and chosen.claim is not null
                and chosen.item_index = chosen.chosen_item then {{ rank }}
            else chosen.place
        end as place,
        case
            when chosen.place is not null or chosen.claim is null
                or chosen.item_index <> chosen.chosen_item
                then chosen.placement_rule
            {% if diversity > 0 %}
            when chosen.claim = 'organic'
                and chosen.ranking_rank > chosen.best_open_rank then 'diversified'
            {% endif %}
            else chosen.claim
        end as placement_rule
    from chosen_{{ n }} as chosen
    {% if diversity > 0 %}
    left join similarities
        on chosen.item_index = similarities.item_index
        and chosen.chosen_item = similarities.neighbor_index
    {% endif %}

),
{% endfor %}

final as (

    select
        user_index,
        item_index,
        place,
        placement_rule
    from placed_{{ steps | length }}
    where place is not null

)

select * from final
