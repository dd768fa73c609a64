-- Grain: one row per published user, item and scorer that names a history item: the
-- item of the user's history that speaks most for the recommendation.
{% set neighbor_tables = precision_marketing.scorers()
    | map(attribute="neighbors") | select | unique | list %}
with

published_items as (

    select * from {{ ref("published_items") }}

),

history as (

    select * from {{ ref("int_user_item_matrix") }} where time_window = 'serve'

),

neighbors as (

    {% for table in neighbor_tables %}
    select
        '{{ table }}' as neighbor_table,
        item_index,
        neighbor_index,
        similarity
    from {{ ref(table) }}
    where time_window = 'serve'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The neighbors of published items only, before they meet the histories.
needed_neighbors as (

    select
        published_items.user_index,
        published_items.item_index,
        neighbors.neighbor_table,
        neighbors.neighbor_index,
        neighbors.similarity
    from published_items
    inner join neighbors on published_items.item_index = neighbors.item_index

),

final as (

    select
        needed_neighbors.user_index,
        needed_neighbors.item_index,
        needed_neighbors.neighbor_table,
        history.item_index as because_item_index
    from needed_neighbors
    inner join history
        on needed_neighbors.user_index = history.user_index
        and needed_neighbors.neighbor_index = history.item_index
    where history.interaction_weight > 0
    qualify row_number() over (
            partition by
                needed_neighbors.user_index,
                needed_neighbors.item_index,
                needed_neighbors.neighbor_table
            order by
                round(history.interaction_weight * needed_neighbors.similarity, 9) desc,
                history.item_index
        ) = 1

)

select * from final
