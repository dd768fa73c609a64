-- Grain: one row per time window, user and item that the user got in its label slice.
with

events as (

    select * from {{ ref("int_events") }}

),

windows as (

    select * from {{ ref("int_time_windows") }}

),

consenting_users as (

    select user_index from {{ ref("int_users") }} where has_profiling_consent

),

excluded as (

    select
        time_window,
        user_index,
        item_index
    from {{ ref("int_user_item_matrix") }}
    where is_excluded

),

final as (

    select distinct
        windows.time_window,
        events.user_index,
        events.item_index
    from events
    inner join windows on events.time_slice = windows.label_slice
    inner join consenting_users on events.user_index = consenting_users.user_index
    left join excluded
        on windows.time_window = excluded.time_window
        and events.user_index = excluded.user_index
        and events.item_index = excluded.item_index
    where events.is_target
        and excluded.item_index is null

)

select * from final
