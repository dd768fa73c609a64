-- Grain: one row per campaign, variant and attribution model.
-- Every rate divides two columns of its own row; formulas: docs/campaign_metrics.md.
{% set amount = precision_marketing.kind_type("amount") %}
{% set rates_with_interval = [
    "ctr", "unique_ctr", "email_click_rate", "open_rate", "ctor", "user_cvr",
    "experiment_cvr",
] %}
with

final as (

    select
        results.campaign_id,
        results.variant,
        results.attribution_model,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.currency,
        results.is_control,
        -- A channel's own windows are not known.
        case
            when not results.is_channel_reported then campaigns.click_window_days
        end as click_window_days,
        case
            when not results.is_channel_reported then campaigns.view_window_days
        end as view_window_days,
        results.assigned_user_count,
        results.contacted_user_count,
        results.reached_user_count,
        results.viewing_user_count,
        results.opening_user_count,
        results.clicking_user_count,
        results.viewing_clicking_user_count,
        results.message_opening_user_count,
        results.message_clicking_user_count,
        results.open_clicking_user_count,
        results.converting_user_count,
        results.clicking_converting_user_count,
        results.ordering_assigned_user_count,
        cast(results.send_count as bigint) as send_count,
        cast(results.delivered_count as bigint) as delivered_count,
        cast(results.bounce_count as bigint) as bounce_count,
        cast(results.impression_count as bigint) as impression_count,
        cast(results.open_count as bigint) as open_count,
        cast(results.click_count as bigint) as click_count,
        cast(results.ctr_click_count as bigint) as ctr_click_count,
        cast(results.unsubscribe_count as bigint) as unsubscribe_count,
        cast(results.complaint_count as bigint) as complaint_count,
        results.conversion_count,
        case
            when not results.is_channel_reported then results.click_conversion_count
        end as click_conversion_count,
        case
            when not results.is_channel_reported then results.view_conversion_count
        end as view_conversion_count,
        cast(results.revenue_amount as {{ amount }}) as revenue_amount,
        case when not results.is_channel_reported then results.refund_count end
            as refund_count,
        cast(results.refund_amount as {{ amount }}) as refund_amount,
        cast(results.revenue_amount - results.refund_amount as {{ amount }})
            as net_revenue_amount,
        cast(results.spend_amount as {{ amount }}) as spend_amount,
        rates.frequency,
        {% for rate in rates_with_interval %}
        rates.{{ rate }},
        intervals.{{ rate }}_lower,
        intervals.{{ rate }}_upper,
        {% endfor %}
        rates.click_cvr,
        1e3 * results.spend_amount / nullif(results.impression_count, 0) as cpm,
        1e0 * results.spend_amount / nullif(results.click_count, 0) as cpc,
        1e0 * results.spend_amount / nullif(results.conversion_count, 0) as cpa,
        1e0 * results.revenue_amount / nullif(results.conversion_count, 0) as aov,
        1e0 * results.revenue_amount / nullif(results.spend_amount, 0) as roas,
        1e0 * (results.revenue_amount - results.refund_amount)
        / nullif(results.spend_amount, 0) as net_roas
    from {{ ref("precision_marketing", "int_campaign_results") }} as results
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on results.campaign_id = campaigns.campaign_id
    inner join {{ ref("precision_marketing", "int_campaign_rates") }} as rates
        on results.campaign_id = rates.campaign_id
        and results.variant = rates.variant
        and results.attribution_model = rates.attribution_model
    inner join {{ ref("precision_marketing", "int_campaign_intervals") }} as intervals
        on results.campaign_id = intervals.campaign_id
        and results.variant = intervals.variant
        and results.attribution_model = intervals.attribution_model

)

select * from final
