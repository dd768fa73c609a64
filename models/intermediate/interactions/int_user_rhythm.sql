-- Grain: one row per time window and user with a history: how often and how broadly.
with

matrix as (

    select * from {{ ref("precision_marketing", "int_user_item_matrix") }}

),

item_features as (

    select * from {{ ref("precision_marketing", "int_item_features") }}

),

final as (

    select
        matrix.time_window,
        matrix.user_index,
        -- Days that were the last for some item: repeats of an item count once.
        max(matrix.recency_position) as day_count,
        {{ precision_marketing.days_between(
            "min(matrix.first_event_at)", "max(matrix.last_event_at)"
        ) }} / nullif(max(matrix.recency_position) - 1, 0) as mean_gap_days,
        {{ precision_marketing.exact_mean("ln(1e0 + item_features.user_count)") }}
            as mean_popularity
    from matrix
    inner join item_features
        on matrix.time_window = item_features.time_window
        and matrix.item_index = item_features.item_index
    group by matrix.time_window, matrix.user_index

)

select * from final
