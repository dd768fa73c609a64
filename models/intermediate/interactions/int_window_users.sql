-- Grain: one row per time window and user with profiling consent.
{% set trained = precision_marketing.setting("learned", "training_users_maximum") %}
{% set evaluated = precision_marketing.setting("windows", "evaluated_users") %}
with

histories as (

    select
        time_window,
        user_index,
        count(*) as history_item_count,
        cast(sum(event_count) as bigint) as history_event_count,
        cast(sum(case when is_acquired then 1 else 0 end) as bigint)
            as acquired_item_count,
        max(last_event_at) as last_event_at
    from {{ ref("precision_marketing", "int_user_item_matrix") }}
    group by time_window, user_index

),

label_counts as (

    select
        time_window,
        user_index,
        count(*) as label_count
    from {{ ref("precision_marketing", "int_labels") }}
    group by time_window, user_index

),

joined as (

    select
        windows.time_window,
        users.user_index,
        coalesce(histories.history_item_count, 0) as history_item_count,
        coalesce(histories.history_event_count, 0) as history_event_count,
        coalesce(histories.acquired_item_count, 0) as acquired_item_count,
        {{ precision_marketing.days_between(
            "histories.last_event_at", "windows.history_ends_at"
        ) }} as days_since_last_event,
        coalesce(label_counts.label_count, 0) as label_count,
        -- By hash: samples that depend on the ids alone.
        row_number() over (
            partition by windows.time_window, coalesce(label_counts.label_count, 0) > 0
            order by md5(users.user_id), users.user_id
        ) as hash_rank
    from {{ ref("precision_marketing", "int_time_windows") }} as windows
    cross join {{ ref("precision_marketing", "int_users") }} as users
    left join histories
        on windows.time_window = histories.time_window
        and users.user_index = histories.user_index
    left join label_counts
        on windows.time_window = label_counts.time_window
        and users.user_index = label_counts.user_index
    where users.has_profiling_consent
        and {{ precision_marketing.is_in_window("users", "windows.time_window") }}

),

final as (

    select
        time_window,
        user_index,
        history_item_count,
        history_event_count,
        acquired_item_count,
        days_since_last_event,
        label_count,
        case
            when time_window = 'serve' then true
            when time_window = 'test' and label_count > 0
                then hash_rank <= {{ evaluated }}
            -- Of those who got nothing some: the rankings are not judged on them, but
            -- the chance to buy at all is learned and judged (docs/audiences.md).
            when time_window = 'test' and hash_rank * 20 <= {{ trained }} then true
            else (label_count > 0 or mod(hash_rank, 5) = 0)
                and hash_rank <= {{ trained }}
        end as is_scored,
        -- In `train` the learned rankings are trained on one half of the users and
        -- judged on the other, both ways round. A fifth of a half never trains and only
        -- decides when training stops. Who got nothing has nothing to learn from.
        cast(mod(hash_rank, 2) as integer) as training_half,
        case
            when label_count = 0 then 'none'
            when mod(hash_rank, 10) < 2 then 'stopping' else 'training'
        end as training_role,
        case
            when history_event_count = 0 then 'new'
            when history_event_count < 5 then 'light'
            when history_event_count < 20 then 'regular'
            else 'heavy'
        end as user_segment
    from joined

)

select * from final
