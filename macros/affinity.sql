{# A user's affinity to each value of a column of the items: its share of the history's
   weight, the same with each older day counting 0.7 of the next, and when it was last
   chosen. Items without a value are left out. #}
{% macro affinity(column) %}
with

matrix as (

    select * from {{ ref("int_user_item_matrix") }}

),

items as (

    select * from {{ ref("int_items") }} where {{ column }} is not null

),

summed as (

    select
        matrix.time_window,
        matrix.user_index,
        items.{{ column }},
        sum(cast(matrix.interaction_weight as decimal(28, 9))) as weight,
        sum(
            cast(
                matrix.interaction_weight * power(0.7e0, matrix.recency_position - 1)
                as decimal(28, 9)
            )
        ) as recent_weight,
        max(matrix.last_event_at) as last_event_at
    from matrix
    inner join items on matrix.item_index = items.item_index
    group by matrix.time_window, matrix.user_index, items.{{ column }}

),

final as (

    select
        time_window,
        user_index,
        {{ column }},
        cast(weight as double) / nullif(
            cast(sum(weight) over by_user as double), 0
        ) as {{ column }}_share,
        cast(recent_weight as double) / nullif(
            cast(sum(recent_weight) over by_user as double), 0
        ) as recent_{{ column }}_share,
        last_event_at
    from summed
    window by_user as (partition by time_window, user_index)

)

select * from final
{% endmacro %}
