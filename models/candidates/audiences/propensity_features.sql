-- Grain: one row per time window, target and user: what the propensity knows of both.
-- In `test` of scored users only; `sample_weight` makes the scored ones stand for all.
{{ config(materialized="view") }}
with

users as (

    select *
    from {{ ref("precision_marketing", "int_audience_users") }}
    where has_scores or (time_window = 'train' and is_sampled)

),

targets as (

    select distinct target_index
    from {{ ref("precision_marketing", "int_campaign_targets") }}

),

buyers as (

    select distinct
        windows.time_window,
        purchases.target_index,
        purchases.user_index
    from {{ ref("precision_marketing", "int_target_purchases") }} as purchases
    inner join {{ ref("precision_marketing", "int_time_windows") }} as windows
        on purchases.time_slice = windows.label_slice

),

-- What the scorers say of a target, where they are built (docs/parts.md).
chances as (

    {% if precision_marketing.has_part("recommendations") %}
    select
        time_window,
        target_index,
        user_index,
        -- Not `greatest`, which takes an absent chance for the bound.
        case
            when chance < 1e-6 then 1e-6
            when chance > 1e0 - 1e-6 then 1e0 - 1e-6
            else chance
        end as chance
    from {{ ref("precision_marketing", "target_chances") }}
    {% else %}
    select
        users.time_window,
        targets.target_index,
        users.user_index,
        cast(null as double) as chance
    from users
    cross join targets
    where 1 = 0
    {% endif %}

),

{# Recency is 1 now, a half after a week, 0 for never. #}
final as (

    select
        users.time_window,
        targets.target_index,
        users.user_index,
        users.is_sampled,
        users.has_scores,
        users.sample_weight,
        buyers.user_index is not null as is_buyer,
        -- Cast: a view is kept as text, in which DuckDB writes 1e0 as a decimal.
        cast(case when chances.chance is null then 0 else 1 end as double)
            as chance_is_known,
        coalesce(ln(chances.chance / (1e0 - chances.chance)), 0e0) as chance_log_odds,
        ln(rates.buyer_share / (1e0 - rates.buyer_share)) as feature_target_log_odds,
        cast(case when targets.target_index = 0 then 1 else 0 end as double)
            as feature_is_everything,
        ln(1e0 + users.history_event_count) as feature_events,
        {{ precision_marketing.recency("users.days_since_last_event") }}
            as feature_event_recency,
        ln(1e0 + coalesce(orders.order_count, 0)) as feature_orders,
        {{ precision_marketing.recency("orders.days_since_order") }}
            as feature_order_recency,
        ln(1e0 + coalesce(histories.event_count, 0)) as feature_target_events,
        {{ precision_marketing.recency("histories.days_since_event") }}
            as feature_target_event_recency,
        ln(1e0 + coalesce(histories.order_count, 0)) as feature_target_orders,
        {{ precision_marketing.recency("histories.days_since_order") }}
            as feature_target_order_recency
    from users
    cross join targets
    inner join {{ ref("precision_marketing", "int_target_rates") }} as rates
        on users.time_window = rates.time_window
        and targets.target_index = rates.target_index
    left join chances
        on users.time_window = chances.time_window
        and targets.target_index = chances.target_index
        and users.user_index = chances.user_index
    left join {{ ref("precision_marketing", "int_target_histories") }} as orders
        on users.time_window = orders.time_window
        and users.user_index = orders.user_index
        and orders.target_index = 0
    left join {{ ref("precision_marketing", "int_target_histories") }} as histories
        on users.time_window = histories.time_window
        and targets.target_index = histories.target_index
        and users.user_index = histories.user_index
    left join buyers
        on users.time_window = buyers.time_window
        and targets.target_index = buyers.target_index
        and users.user_index = buyers.user_index

)

select * from final
