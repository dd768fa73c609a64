-- Grain: one row per campaign, variant and attribution model.
-- Every rate divides two columns of its own row; formulas: docs/campaign_metrics.md.
with

campaigns as (

    select * from {{ ref("int_campaigns") }}

),

results as (

    select * from {{ ref("int_campaign_results") }}

),

{% set amount = precision_marketing.kind_type("amount") %}
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
        results.opening_user_count,
        results.clicking_user_count,
        results.viewing_clicking_user_count,
        results.converting_user_count,
        results.ordering_assigned_user_count,
        cast(results.send_count as bigint) as send_count,
        cast(results.delivered_count as bigint) as delivered_count,
        cast(results.bounce_count as bigint) as bounce_count,
        cast(results.impression_count as bigint) as impression_count,
        cast(results.open_count as bigint) as open_count,
        cast(results.click_count as bigint) as click_count,
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
        cast(results.spend_amount as {{ amount }}) as spend_amount,
        -- Null without any impression: a channel that logs none has not measured zero.
        case
            when results.impression_count > 0
                then
                    1e0 * results.impression_count
                    / nullif(results.reached_user_count, 0)
        end as frequency,
        1e0 * results.click_count / nullif(results.impression_count, 0) as ctr,
        case
            when results.impression_count > 0
                then
                    1e0 * results.viewing_clicking_user_count
                    / nullif(results.reached_user_count, 0)
        end as unique_ctr,
        1e0 * results.clicking_user_count / nullif(results.delivered_count, 0)
            as email_click_rate,
        1e0 * results.opening_user_count / nullif(results.delivered_count, 0)
            as open_rate,
        1e0 * results.clicking_user_count / nullif(results.opening_user_count, 0)
            as ctor,
        case
            when not results.is_channel_reported
                then
                    1e0 * results.click_conversion_count
                    / nullif(results.click_count, 0)
        end as click_cvr,
        1e0 * results.converting_user_count / nullif(results.clicking_user_count, 0)
            as user_cvr,
        1e0 * results.ordering_assigned_user_count
        / nullif(results.assigned_user_count, 0) as experiment_cvr,
        1e3 * results.spend_amount / nullif(results.impression_count, 0) as cpm,
        1e0 * results.spend_amount / nullif(results.click_count, 0) as cpc,
        1e0 * results.spend_amount / nullif(results.conversion_count, 0) as cpa,
        1e0 * results.revenue_amount / nullif(results.conversion_count, 0) as aov,
        1e0 * results.revenue_amount / nullif(results.spend_amount, 0) as roas
    from results
    inner join campaigns on results.campaign_id = campaigns.campaign_id

)

select * from final
