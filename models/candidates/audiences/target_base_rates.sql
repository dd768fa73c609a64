-- Grain: one row per target and segment of users: the share that bought it in the label
-- days of `train`. What stands in where nothing can be learned.
with

users as (

    select * from {{ ref("precision_marketing", "int_audience_users") }}
    where time_window = 'train'

),

purchases as (

    select * from {{ ref("precision_marketing", "int_target_purchases") }}

),

targets as (

    select distinct target_index
    from {{ ref("precision_marketing", "int_campaign_targets") }}

),

buyers as (

    select distinct
        purchases.target_index,
        purchases.user_index
    from purchases
    inner join {{ ref("precision_marketing", "int_time_windows") }} as windows
        on purchases.time_slice = windows.label_slice
    where windows.time_window = 'train'

),

counts as (

    select
        targets.target_index,
        users.user_segment,
        count(*) as user_count,
        count(buyers.user_index) as buyer_count
    from targets
    cross join users
    left join buyers
        on targets.target_index = buyers.target_index
        and users.user_index = buyers.user_index
    group by targets.target_index, users.user_segment

),

totals as (

    select
        *,
        (sum(buyer_count) over (partition by target_index) + 0.5e0)
        / (sum(user_count) over (partition by target_index) + 1e0) as target_rate
    from counts

),

final as (

    select
        target_index,
        user_segment,
        user_count,
        buyer_count,
        -- Ten users of the whole shop more: a segment of three says little.
        (buyer_count + 10e0 * target_rate) / (user_count + 10e0) as base_rate
    from totals

)

select * from final
