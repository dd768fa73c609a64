-- Grain: one row per campaign, variant, channel and day with a conversion.
-- On the day of the order, not of the touch: a past day never changes later.
with

campaign_conversions as (

    select * from {{ ref("precision_marketing", "int_campaign_conversions") }}

),

final as (

    select
        campaign_id,
        variant,
        channel,
        {{ precision_marketing.shop_day("converted_at") }} as activity_date,
        count(*) filter (where attribution_model = 'last_touch') as conversion_count,
        count(*) filter (
            where attribution_model = 'last_touch' and touch_type = 'click'
        ) as click_conversion_count,
        count(*) filter (
            where attribution_model = 'last_touch' and touch_type = 'impression'
        ) as view_conversion_count,
        count(*) filter (where attribution_model = 'channel_reported')
            as channel_reported_conversion_count,
        sum(case when attribution_model = 'last_touch' then revenue_amount end)
            as revenue_amount
    from campaign_conversions
    group by
        campaign_id,
        variant,
        channel,
        {{ precision_marketing.shop_day("converted_at") }}

)

select * from final
