-- Grain: one row per campaign, variant, channel and day on which anything happened.
with

touch_days as (

    select * from {{ ref("precision_marketing", "int_campaign_touch_days") }}

),

conversion_days as (

    select * from {{ ref("precision_marketing", "int_campaign_conversion_days") }}

),

refund_days as (

    select * from {{ ref("precision_marketing", "int_campaign_refund_days") }}

),

spend_days as (

    select * from {{ ref("precision_marketing", "int_campaign_spend") }}

),

final as (

    select
        campaign_id,
        variant,
        channel,
        activity_date
    from touch_days
    union
    select
        campaign_id,
        variant,
        channel,
        activity_date
    from conversion_days
    union
    select
        campaign_id,
        variant,
        channel,
        activity_date
    from refund_days
    union
    select
        campaign_id,
        variant,
        channel,
        spend_date as activity_date
    from spend_days

)

select * from final
