-- Grain: one row per published user and item that a history item speaks for: the one
-- that contributed most to the winning scorer.
{% set neighbor_tables = precision_marketing.scorers()
    | map(attribute="neighbors") | select | reject("equalto", "itself") | unique | list %}
with

winners as (

    select
        parts.user_index,
        parts.item_index,
        scorers.neighbor_table,
        scorers.history_decay
    from {{ ref("precision_marketing", "scorer_parts") }} as parts
    inner join {{ ref("precision_marketing", "scorer_reasons") }} as scorers
        on parts.part = scorers.scorer
    where parts.is_winner

),

neighbors as (

    {% for table in neighbor_tables %}
    select
        '{{ table }}' as neighbor_table,
        item_index,
        neighbor_index,
        similarity
    from {{ ref("precision_marketing", table) }}
    where time_window = 'serve'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The neighbors of published items only, before they meet the histories.
needed_neighbors as (

    select
        winners.*,
        neighbors.neighbor_index,
        neighbors.similarity
    from winners
    inner join neighbors
        on winners.item_index = neighbors.item_index
        and winners.neighbor_table = neighbors.neighbor_table
    union all
    -- What is recommended because the user has it.
    select
        winners.*,
        winners.item_index as neighbor_index,
        1e0 as similarity
    from winners
    where winners.neighbor_table = 'itself'

),

weighted as (

    select
        needed_neighbors.user_index,
        needed_neighbors.item_index,
        history.item_index as because_item_index,
        history.interaction_weight
        * power(needed_neighbors.history_decay, history.recency_position - 1e0)
        * needed_neighbors.similarity as contribution
    from needed_neighbors
    inner join {{ ref("precision_marketing", "int_user_item_matrix") }} as history
        on needed_neighbors.user_index = history.user_index
        and needed_neighbors.neighbor_index = history.item_index
    where history.time_window = 'serve'

),

final as (

    select
        user_index,
        item_index,
        because_item_index
    from weighted
    where contribution > 0
    qualify row_number() over (
            partition by user_index, item_index
            order by round(contribution, 9) desc, because_item_index
        ) = 1

)

select * from final
