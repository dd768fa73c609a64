-- Grain: one row per time window and segment of users: how much of the labels is among
-- the candidates, the recall that no ranking of them can exceed.
with

users as (

    select *
    from {{ ref("precision_marketing", "int_window_users") }}
    where is_scored and label_count > 0 and time_window <> 'serve'

),

found as (

    select
        labels.time_window,
        labels.user_index,
        count(*) as found_count
    from {{ ref("precision_marketing", "int_labels") }} as labels
    inner join {{ ref("precision_marketing", "blended_candidates") }} as candidates
        on labels.time_window = candidates.time_window
        and labels.user_index = candidates.user_index
        and labels.item_index = candidates.item_index
    group by labels.time_window, labels.user_index

),

longest as (

    select
        time_window,
        max(blend_rank) as k
    from {{ ref("precision_marketing", "blended_candidates") }}
    group by time_window

),

recalls as (

    select
        users.time_window,
        users.user_segment,
        1e0 * coalesce(found.found_count, 0) / users.label_count as recall
    from users
    left join found
        on users.time_window = found.time_window
        and users.user_index = found.user_index

),

segments as (

    select
        time_window,
        'all' as segment,
        recall
    from recalls
    union all
    select
        time_window,
        user_segment as segment,
        recall
    from recalls

),

moments as (

    select
        time_window,
        segment,
        {{ precision_marketing.exact_mean("recall") }} as recall_mean,
        {{ precision_marketing.standard_error("recall") }} as standard_error,
        count(*) as user_count
    from segments
    group by time_window, segment

),

final as (

    select
        moments.time_window,
        'candidates' as scorer,
        moments.segment,
        'recall_ceiling' as metric,
        longest.k,
        moments.recall_mean as metric_value,
        moments.standard_error,
        moments.user_count
    from moments
    inner join longest on moments.time_window = longest.time_window

)

select * from final
