-- Grain: one row per time window: which slices are its history, which its labels.
{% if precision_marketing.learns_later()
    and "recommendations" in var("parts") %}
-- What is made of the windows waits for what is kept of it.
-- depends_on: {{ ref("precision_marketing", "int_kept_tables") }}
{% endif %}
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
            ~ " boundaries.test_labels_start_on, boundaries.learned_before)"
        ) }} as history_ends_at
    from boundaries
    union all
    select
        'test' as time_window,
        1 as last_history_slice,
        2 as label_slice,
        {{ precision_marketing.day_start(
            "coalesce(boundaries.test_labels_start_on, boundaries.learned_before)"
        ) }} as history_ends_at
    from boundaries
    union all
    select
        'serve' as time_window,
        3 as last_history_slice,
        cast(null as integer) as label_slice,
        {{ precision_marketing.day_start("boundaries.day_after_events") }}
            as history_ends_at
    from boundaries

)

select * from final
