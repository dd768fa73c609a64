-- Grain: one row per time window, user and item that the user got in its label slice.
{% set target = precision_marketing.setting("recommendations", "target") %}
{% set deciding_slice = "min" if target == "new" else "max" %}
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}
    where item_index is not null

),

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

consenting_users as (

    select user_index from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

final as (

    select
        windows.time_window,
        events.user_index,
        events.item_index
    from events
    inner join windows on events.time_slice <= windows.label_slice
    inner join consenting_users on events.user_index = consenting_users.user_index
    where events.is_target
    group by
        windows.time_window, windows.label_slice, events.user_index, events.item_index
    -- Under `new` what the user got in the history is excluded from all lists.
    having {{ deciding_slice }}(events.time_slice) = windows.label_slice

)

select * from final
