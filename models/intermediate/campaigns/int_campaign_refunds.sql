-- Grain: one row per refund and order of it that a campaign was given by last touch.
with

refunds as (

    select * from {{ ref("precision_marketing", "int_refunds") }}

),

campaign_conversions as (

    select * from {{ ref("precision_marketing", "int_campaign_conversions") }}
    where attribution_model = 'last_touch'

),

final as (

    select
        refunds.refund_id,
        campaign_conversions.conversion_id,
        campaign_conversions.campaign_id,
        campaign_conversions.variant,
        campaign_conversions.channel,
        refunds.refunded_at,
        refunds.refund_amount
    from refunds
    inner join campaign_conversions
        on refunds.conversion_id = campaign_conversions.conversion_id

)

select * from final
