-- Each count of campaign_performance is the sum of its days, and so is the revenue.
-- Spend has a test of its own: a bill names no variant.
{% set measures = [
    "send_count", "delivered_count", "bounce_count", "impression_count", "open_count",
    "click_count", "unsubscribe_count", "complaint_count", "conversion_count",
    "click_conversion_count", "view_conversion_count", "revenue_amount",
    "refund_count", "refund_amount",
] %}
with

daily as (

    select
        campaign_id,
        variant,
        {% for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {% endfor %}
        sum(channel_reported_conversion_count) as channel_reported_conversion_count
    from {{ ref("precision_marketing", "campaign_daily") }}
    group by campaign_id, variant

),

last_touch as (

    select * from {{ ref("precision_marketing", "campaign_performance") }}
    where attribution_model = 'last_touch'

),

channel_reported as (

    select * from {{ ref("precision_marketing", "campaign_performance") }}
    where attribution_model = 'channel_reported'

),

last_touch_differences as (

    select
        coalesce(performance.campaign_id, daily.campaign_id) as campaign_id,
        coalesce(performance.variant, daily.variant) as variant,
        'last_touch' as attribution_model
    from last_touch as performance
    full outer join daily
        on performance.campaign_id = daily.campaign_id
        and performance.variant = daily.variant
    where
        1 = 0
        {% for measure in measures %}
        or coalesce(performance.{{ measure }}, 0) <> coalesce(daily.{{ measure }}, 0)
        {% endfor %}

),

channel_reported_differences as (

    select
        coalesce(performance.campaign_id, daily.campaign_id) as campaign_id,
        coalesce(performance.variant, daily.variant) as variant,
        'channel_reported' as attribution_model
    from channel_reported as performance
    full outer join daily
        on performance.campaign_id = daily.campaign_id
        and performance.variant = daily.variant
    where
        coalesce(performance.conversion_count, 0)
        <> coalesce(daily.channel_reported_conversion_count, 0)

)

select * from last_touch_differences
union all
select * from channel_reported_differences
