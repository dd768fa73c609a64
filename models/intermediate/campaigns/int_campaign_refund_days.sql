-- Grain: one row per campaign, variant, channel and day with a refund.
-- On the day of the refund, not of the order: a past day never changes later.
with

campaign_refunds as (

    select * from {{ ref("precision_marketing", "int_campaign_refunds") }}

),

final as (

    select
        campaign_id,
        variant,
        channel,
        {{ precision_marketing.shop_day("refunded_at") }} as activity_date,
        count(*) as refund_count,
        cast(
            sum(refund_amount) as {{ precision_marketing.kind_type("amount") }}
        ) as refund_amount
    from campaign_refunds
    group by
        campaign_id,
        variant,
        channel,
        {{ precision_marketing.shop_day("refunded_at") }}

)

select * from final
