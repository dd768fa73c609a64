-- Grain: one row per user who may be profiled (docs/privacy.md).
{% set amount = precision_marketing.kind_type("amount") %}
with

activity as (

    select
        user_id,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at,
        count(*) as event_count
    from {{ ref("precision_marketing", "int_events") }}
    group by user_id

),

orders as (

    select
        *,
        row_number() over (
            partition by user_id order by converted_at, conversion_id
        ) as order_number
    from {{ ref("precision_marketing", "int_conversions") }}

),

order_sums as (

    select
        user_id,
        min(converted_at) as first_order_at,
        max(converted_at) as last_order_at,
        count(*) as order_count,
        sum(revenue_amount) as revenue_amount,
        max(case when order_number = 1 then conversion_id end) as first_conversion_id
    from orders
    group by user_id

),

refunds as (

    select
        user_id,
        sum(refund_amount) as refund_amount
    from {{ ref("precision_marketing", "int_refunds") }}
    group by user_id

),

final as (

    select
        users.user_id,
        users.signed_up_at,
        users.country,
        users.has_email_consent,
        users.has_ads_consent,
        coalesce(segments.segment, 'No purchase yet') as segment,
        activity.first_event_at,
        activity.last_event_at,
        coalesce(activity.event_count, 0) as event_count,
        order_sums.first_order_at,
        order_sums.last_order_at,
        coalesce(order_sums.order_count, 0) as order_count,
        -- Nothing bought: zero. Something, at prices nobody gave: unknown.
        cast(
            case when order_sums.user_id is null then 0 else order_sums.revenue_amount
            end as {{ amount }}
        ) as revenue_amount,
        cast(
            case when refunds.user_id is null then 0 else refunds.refund_amount
            end as {{ amount }}
        ) as refund_amount,
        order_sums.first_conversion_id,
        touches.campaign_id as first_order_campaign_id,
        coalesce(touches.channel, campaigns.channel) as first_order_channel
    from {{ ref("precision_marketing", "int_users") }} as users
    left join activity on users.user_id = activity.user_id
    left join order_sums on users.user_id = order_sums.user_id
    left join refunds on users.user_id = refunds.user_id
    left join {{ ref("precision_marketing", "int_user_segments") }} as segments
        on users.user_index = segments.user_index
        and segments.segment_kind = 'behavior'
    left join {{ ref("precision_marketing", "int_last_touch_conversions") }} as touches
        on order_sums.first_conversion_id = touches.conversion_id
    left join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    where users.has_profiling_consent

)

select * from final
