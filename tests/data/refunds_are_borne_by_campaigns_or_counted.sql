-- Every refund of the events is in refund_accounting, once for each order that it takes
-- back, and what it says of campaigns is what campaign_daily and campaign_performance
-- bear.
with

refunds_in as (

    select
        count(*) as refund_count,
        coalesce(sum(-1 * revenue_amount), 0) as refund_amount
    from {{ ref("precision_marketing", "int_events") }}
    where is_refund

),

found as (

    select
        count(distinct refund_id) as refund_count,
        count(*) as refunded_order_count
    from {{ ref("precision_marketing", "int_refunds") }}

),

accounted as (

    select
        coalesce(sum(refund_count), 0) as refund_count,
        coalesce(sum(refund_amount), 0) as refund_amount,
        coalesce(sum(case when has_campaign then refund_count end), 0)
            as campaign_refund_count,
        coalesce(sum(case when has_campaign then refund_amount end), 0)
            as campaign_refund_amount
    from {{ ref("precision_marketing", "refund_accounting") }}

),

daily as (

    select
        coalesce(sum(refund_count), 0) as refund_count,
        coalesce(sum(refund_amount), 0) as refund_amount
    from {{ ref("precision_marketing", "campaign_daily") }}

),

performance as (

    select
        coalesce(sum(refund_count), 0) as refund_count,
        coalesce(sum(refund_amount), 0) as refund_amount
    from {{ ref("precision_marketing", "campaign_performance") }}
    where attribution_model = 'last_touch'

)

select
    refunds_in.refund_count as refunds_in_count,
    found.refund_count as found_count,
    found.refunded_order_count,
    accounted.refund_count as accounted_count,
    accounted.campaign_refund_count,
    daily.refund_count as daily_count,
    performance.refund_count as performance_count
from refunds_in
cross join found
cross join accounted
cross join daily
cross join performance
where
    refunds_in.refund_count <> found.refund_count
    or found.refunded_order_count <> accounted.refund_count
    or refunds_in.refund_amount <> accounted.refund_amount
    or accounted.campaign_refund_count <> daily.refund_count
    or accounted.campaign_refund_amount <> daily.refund_amount
    or accounted.campaign_refund_count <> performance.refund_count
    or accounted.campaign_refund_amount <> performance.refund_amount
