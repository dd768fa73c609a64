-- Grain: one row per campaign, variant, channel and day on which anything happened.
-- Whatever is counted here may be added up; rates are in campaign_performance.
{% set amount = precision_marketing.kind_type("amount") %}
{# Nothing happened: zero. Something did, at prices nobody gave: unknown. #}
{% set revenue -%}
    case when conversion_days.conversion_count > 0
        then conversion_days.revenue_amount else 0 end
{%- endset %}
{% set refund -%}
    case when refund_days.refund_count > 0
        then refund_days.refund_amount else 0 end
{%- endset %}
with

spend_days as (

    select * from {{ ref("precision_marketing", "int_campaign_spend") }}

),

campaigns_with_spend as (

    select distinct campaign_id from spend_days

),

final as (

    select
        days.campaign_id,
        days.variant,
        days.channel,
        days.activity_date,
        'last_touch' as attribution_model,
        campaigns.click_window_days,
        campaigns.view_window_days,
        campaigns.currency,
        coalesce(touch_days.send_count, 0) as send_count,
        coalesce(touch_days.delivered_count, 0) as delivered_count,
        coalesce(touch_days.bounce_count, 0) as bounce_count,
        coalesce(touch_days.impression_count, 0) as impression_count,
        coalesce(touch_days.open_count, 0) as open_count,
        coalesce(touch_days.click_count, 0) as click_count,
        coalesce(touch_days.ctr_click_count, 0) as ctr_click_count,
        coalesce(touch_days.unsubscribe_count, 0) as unsubscribe_count,
        coalesce(touch_days.complaint_count, 0) as complaint_count,
        coalesce(conversion_days.conversion_count, 0) as conversion_count,
        coalesce(conversion_days.click_conversion_count, 0) as click_conversion_count,
        coalesce(conversion_days.view_conversion_count, 0) as view_conversion_count,
        coalesce(conversion_days.channel_reported_conversion_count, 0)
            as channel_reported_conversion_count,
        cast({{ revenue }} as {{ amount }}) as revenue_amount,
        coalesce(refund_days.refund_count, 0) as refund_count,
        cast({{ refund }} as {{ amount }}) as refund_amount,
        cast({{ revenue }} - {{ refund }} as {{ amount }}) as net_revenue_amount,
        -- Zero on a day without a bill, unknown where the campaign has none at all.
        cast(
            case
                when campaigns_with_spend.campaign_id is not null
                    then coalesce(spend_days.spend_amount, 0)
            end as {{ amount }}
        ) as spend_amount
    from {{ ref("precision_marketing", "int_campaign_days") }} as days
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on days.campaign_id = campaigns.campaign_id
    left join campaigns_with_spend
        on days.campaign_id = campaigns_with_spend.campaign_id
    left join {{ ref("precision_marketing", "int_campaign_touch_days") }} as touch_days
        on days.campaign_id = touch_days.campaign_id
        and days.variant = touch_days.variant
        and days.channel = touch_days.channel
        and days.activity_date = touch_days.activity_date
    left join {{ ref(
        "precision_marketing", "int_campaign_conversion_days"
    ) }} as conversion_days
        on days.campaign_id = conversion_days.campaign_id
        and days.variant = conversion_days.variant
        and days.channel = conversion_days.channel
        and days.activity_date = conversion_days.activity_date
    left join {{ ref(
        "precision_marketing", "int_campaign_refund_days"
    ) }} as refund_days
        on days.campaign_id = refund_days.campaign_id
        and days.variant = refund_days.variant
        and days.channel = refund_days.channel
        and days.activity_date = refund_days.activity_date
    left join spend_days
        on days.campaign_id = spend_days.campaign_id
        and days.variant = spend_days.variant
        and days.channel = spend_days.channel
        and days.activity_date = spend_days.spend_date

)

select * from final
