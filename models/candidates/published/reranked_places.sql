-- Grain: one row per user and item that got a place in the user's list.
-- Greedy maximal marginal relevance (Carbonell, Goldstein 1998), one step per place:
-- each step places one item a user, and counts down what its caps leave.
-- depends_on: {{ ref("item_similarities") }}
{% set length = precision_marketing.setting("recommendations", "per_user") %}
{% set diversity = precision_marketing.setting("recommendations", "diversity") %}
{% set explored = precision_marketing.explored_item_count() %}
{% set carried = [
    "user_index", "item_index", "ranking_rank", "pinned_rank", "explored_rank",
    "exploration_turn", "category_number", "brand_number", "relevance",
] %}
{% set pinned_ranks = precision_marketing.setting("rules")
    | selectattr("rule", "equalto", "pin") | map(attribute="rank") | list %}
{% set ranks = pinned_ranks + range(1, length + 1) | list %}
with

placed_0 as (

    select
        {{ carried | join(", ") }},
        -- No cap: more room than a list has places.
        coalesce(category_maximum, 1000) as category_room,
        coalesce(brand_maximum, 1000) as brand_room,
        0e0 as highest_similarity,
        cast(null as integer) as place,
        cast(null as {{ precision_marketing.kind_type("text") }}) as placement_rule
    from {{ ref("reranking_candidates") }}

),

{% for rank in ranks %}
{% set n = loop.index %}
{% set is_pin = n <= pinned_ranks | length %}
-- By what an item may have the place. A pinned item has taken its own before.
open_{{ n }} as (

    select
        *,
        case
            {% if is_pin %}
            when pinned_rank = {{ rank }} then 'pinned'
            {% else %}
            when place = {{ rank }} then 'taken'
            when place is not null or category_room <= 0 or brand_room <= 0 then null
            {% if rank > length - 2 * explored %}
            when explored_rank is not null
                and exploration_turn = {{ (length - rank) % 2 }} then 'explored'
            {% endif %}
            when ranking_rank is not null then 'organic'
            {% endif %}
        end as claim,
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
        {% for name in ["item_index", "claim", "category_number", "brand_number"] %}
        first_value({{ name }}) over best as chosen_{{ name }},
        {% endfor %}
        {{ "min(case when claim = 'organic' then ranking_rank end)"
            ~ " over (partition by user_index)" if diversity > 0 else "ranking_rank" }}
            as best_open_rank
    from open_{{ n }}
    window best as (
        partition by user_index
        order by
            case
                when claim is null then 1001
                when claim = 'organic' then 1000
                when claim = 'explored' then explored_rank
                else 0
            end,
            {{ "marginal_relevance desc," if diversity > 0 }}
            ranking_rank asc nulls last,
            item_index
    )

),

placed_{{ n }} {{ precision_marketing.as_materialized()
    if n % 5 == 0 and not loop.last else "as" }} (

    select
        {% for name in carried %}
        chosen.{{ name }},
        {% endfor %}
        {% for name in ["category", "brand"] %}
        chosen.{{ name }}_room - case
            when chosen.chosen_claim <> 'taken'
                and chosen.{{ name }}_number = chosen.chosen_{{ name }}_number then 1
            else 0
        end as {{ name }}_room,
        {% endfor %}
        {% if diversity > 0 %}
        case
            when chosen.chosen_claim is null then chosen.highest_similarity
            else greatest(
                chosen.highest_similarity,
                coalesce(similarities.similarity, 0e0),
                {% for name in ["category", "brand"] %}
                case
                    when chosen.{{ name }}_number = chosen.chosen_{{ name }}_number
                        then 0.5e0
                    else 0e0
                end {{ "+" if not loop.last }}
                {% endfor %}
            )
        end as highest_similarity,
        {% else %}
        chosen.highest_similarity,
        {% endif %}
        coalesce(
            chosen.place,
            case
                when chosen.claim is not null
                    and chosen.item_index = chosen.chosen_item_index then {{ rank }}
            end
        ) as place,
        case
            when chosen.place is not null or chosen.claim is null
                or chosen.item_index <> chosen.chosen_item_index
                then chosen.placement_rule
            when chosen.claim = 'organic'
                and chosen.ranking_rank > chosen.best_open_rank then 'diversified'
            else chosen.claim
        end as placement_rule
    from chosen_{{ n }} as chosen
    {% if diversity > 0 %}
    left join {{ ref("item_similarities") }} as similarities
        on chosen.item_index = similarities.item_index
        and chosen.chosen_item_index = similarities.neighbor_index
    {% endif %}

),
{% endfor %}

final as (

    select
        user_index,
        item_index,
        place,
        placement_rule
    from placed_{{ ranks | length }}
    where place is not null

)

select * from final
