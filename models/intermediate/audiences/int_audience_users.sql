-- Grain: one row per time window and user with profiling consent known at its start,
-- with the weight that makes the scored ones stand for all.
{% set maximum = precision_marketing.setting("learned", "training_users_maximum") %}
with

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

window_users as (

    select * from {{ ref("precision_marketing", "int_window_users") }}

),

first_events as (

    select
        user_index,
        min(occurred_at) as first_event_at
    from {{ ref("precision_marketing", "int_events") }}
    group by user_index

),

-- Who came later is a stranger at the window's start: in `serve` there are none.
known as (

    select
        window_users.*,
        window_users.is_scored as has_scores,
        window_users.label_count > 0 as has_labels,
        -- By hash: a sample that depends on the ids alone.
        row_number() over (
            partition by window_users.time_window
            order by md5(users.user_id), users.user_id
        ) as hash_rank
    from window_users
    inner join windows on window_users.time_window = windows.time_window
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on window_users.user_index = users.user_index
    left join first_events on window_users.user_index = first_events.user_index
    where
        window_users.time_window = 'serve'
        or window_users.history_event_count > 0
        or coalesce(
            users.signed_up_at, first_events.first_event_at, windows.history_ends_at
        ) < windows.history_ends_at
        or (users.signed_up_at is null and first_events.first_event_at is null)

),

final as (

    select
        time_window,
        user_index,
        user_segment,
        history_event_count,
        days_since_last_event,
        hash_rank <= {{ maximum }} as is_sampled,
        has_scores,
        -- Users with labels are scored more often than the others.
        case
            when has_scores
                then
                    1e0 * count(*) over (partition by time_window, has_labels)
                    / count(*) over (partition by time_window, has_labels, has_scores)
        end as sample_weight
    from known

)

select * from final
