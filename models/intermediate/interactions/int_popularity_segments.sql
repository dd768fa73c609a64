-- Grain: one row per time window and user without a history for whom a segment speaks.
{% set minimum_users = 50 %}
with

users as (

    select
        window_users.time_window,
        window_users.user_index,
        window_users.history_event_count,
        window_users.is_scored,
        users.country
    from {{ ref("int_window_users") }} as window_users
    inner join {{ ref("int_users") }} as users
        on window_users.user_index = users.user_index
    where users.country is not null

),

segments as (

    select
        time_window,
        country,
        count(*) as user_count
    from users
    where history_event_count > 0
    group by time_window, country

),

final as (

    select
        users.time_window,
        users.user_index,
        users.country as popularity_segment
    from users
    inner join segments
        on users.time_window = segments.time_window
        and users.country = segments.country
    where users.history_event_count = 0
        and users.is_scored
        and segments.user_count >= {{ minimum_users }}

)

select * from final
