-- Grain: one row per time window, user, kind (category or brand) and value of it.
with

values_of_items as (

    {% for kind in ["category", "brand"] %}
    select
        item_index,
        '{{ kind }}' as affinity_kind,
        {{ kind }} as affinity_value
    from {{ ref("precision_marketing", "int_items") }}
    where {{ kind }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}

),

summed as (

    select
        matrix.time_window,
        matrix.user_index,
        items.affinity_kind,
        items.affinity_value,
        sum(cast(matrix.interaction_weight as decimal(28, 9))) as weight,
        sum(
            cast(
                matrix.interaction_weight * power(0.7e0, matrix.recency_position - 1)
                as decimal(28, 9)
            )
        ) as recent_weight,
        max(matrix.last_event_at) as last_event_at
    from {{ ref("precision_marketing", "int_user_item_matrix") }} as matrix
    inner join values_of_items as items on matrix.item_index = items.item_index
    group by
        matrix.time_window,
        matrix.user_index,
        items.affinity_kind,
        items.affinity_value

),

final as (

    select
        time_window,
        user_index,
        affinity_kind,
        affinity_value,
        cast(weight as double) / nullif(
            cast(sum(weight) over by_user as double), 0
        ) as history_share,
        cast(recent_weight as double) / nullif(
            cast(sum(recent_weight) over by_user as double), 0
        ) as recent_history_share,
        last_event_at
    from summed
    window by_user as (partition by time_window, user_index, affinity_kind)

)

select * from final
