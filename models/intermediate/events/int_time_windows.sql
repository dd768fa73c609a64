-- Grain: one row per time window: which slices are its history, which its labels.
with

boundaries as (

    select * from {{ ref("precision_marketing", "int_time_boundaries") }}

),

final as (

    select
        'train' as time_window,
        0 as last_history_slice,
        1 as label_slice,
        {{ precision_marketing.day_start(
            "coalesce(boundaries.train_labels_start_on,"
            ~ " boundaries.test_labels_start_on, boundaries.day_after_events)"
        ) }} as history_ends_at
    from boundaries
    union all
    select
        'test' as time_window,
        1 as last_history_slice,
        2 as label_slice,
        {{ precision_marketing.day_start(
            "coalesce(boundaries.test_labels_start_on, boundaries.day_after_events)"
        ) }} as history_ends_at
    from boundaries
    union all
    select
        'serve' as time_window,
        2 as last_history_slice,
        cast(null as integer) as label_slice,
        {{ precision_marketing.day_start("boundaries.day_after_events") }}
            as history_ends_at
    from boundaries

)

select * from final
