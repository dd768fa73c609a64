-- Grain: one row per time window and target: the share of users who bought it lately,
-- in as many days as the labels of `train` have.
with

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_audience_users") }}

),

targets as (

    select distinct target_index
    from {{ ref("precision_marketing", "int_target_items") }}

),

histories as (

    select * from {{ ref("precision_marketing", "int_target_histories") }}

),

-- Null where no day divides the events: then all of the history counts.
periods as (

    select
        nullif(
            {{ precision_marketing.days_between(
                "min(case when time_window = 'train' then history_ends_at end)",
                "max(case when time_window = 'test' then history_ends_at end)"
            ) }},
            0e0
        ) as label_days
    from windows

),

user_counts as (

    select
        time_window,
        count(*) as user_count
    from users
    group by time_window

),

buyer_counts as (

    select
        histories.time_window,
        histories.target_index,
        count(*) as buyer_count
    from histories
    inner join users
        on histories.time_window = users.time_window
        and histories.user_index = users.user_index
    cross join periods
    where histories.days_since_order <= coalesce(
            periods.label_days, histories.days_since_order
        )
    group by histories.time_window, histories.target_index

),

final as (

    select
        user_counts.time_window,
        targets.target_index,
        periods.label_days,
        user_counts.user_count,
        coalesce(buyer_counts.buyer_count, 0) as buyer_count,
        -- Half a buyer more: no target is hopeless for want of one.
        (coalesce(buyer_counts.buyer_count, 0) + 0.5e0) / (user_counts.user_count + 1e0)
            as buyer_share
    from user_counts
    cross join targets
    cross join periods
    left join buyer_counts
        on user_counts.time_window = buyer_counts.time_window
        and targets.target_index = buyer_counts.target_index

)

select * from final
