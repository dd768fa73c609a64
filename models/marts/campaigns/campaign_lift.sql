-- Grain: one row per campaign, treated variant, metric and method.
-- What the campaign changed among the users assigned to it: docs/campaign_lift.md.
with

lift as (

    select * from {{ ref("precision_marketing", "int_campaign_lift") }}
    where segment_kind = '(all)'

),

-- Effect per user times the users who were assigned to it.
incremental as (

    select
        lift.*,
        lift.absolute_lift * lift.treated_user_count as incremental_total,
        lift.absolute_lift_lower * lift.treated_user_count as incremental_total_lower,
        lift.absolute_lift_upper * lift.treated_user_count as incremental_total_upper,
        spend.spend_amount,
        case
            when lift.metric = 'revenue' then cast(spend.spend_amount as double)
        end as revenue_spend,
        case
            when lift.metric = 'conversion'
                then cast(spend.spend_amount as double)
        end as conversion_spend
    from lift
    left join {{ ref("precision_marketing", "int_campaign_variant_spend") }} as spend
        on lift.campaign_id = spend.campaign_id
        and lift.variant = spend.variant

),

final as (

    select
        incremental.campaign_id,
        incremental.variant,
        incremental.metric,
        incremental.method,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.currency,
        incremental.metric = 'conversion' and incremental.method = 'raw' as is_primary,
        incremental.verdict,
        incremental.treated_user_count,
        incremental.control_user_count,
        incremental.treated_total,
        incremental.control_total,
        incremental.treated_mean,
        incremental.control_mean,
        incremental.absolute_lift,
        incremental.absolute_lift_lower,
        incremental.absolute_lift_upper,
        incremental.relative_lift,
        incremental.relative_lift_lower,
        incremental.relative_lift_upper,
        shrunk_lifts.shrunk_lift,
        {{ precision_marketing.normal_bound(
            "shrunk_lifts.shrunk_lift", "shrunk_lifts.shrunk_error", "-"
        ) }} as shrunk_lift_lower,
        {{ precision_marketing.normal_bound(
            "shrunk_lifts.shrunk_lift", "shrunk_lifts.shrunk_error", "+"
        ) }} as shrunk_lift_upper,
        incremental.significance_test,
        incremental.degrees_of_freedom,
        incremental.p as p_value,
        incremental.adjusted_p as holm_p_value,
        incremental.minimum_detectable_lift,
        incremental.theta as cuped_theta,
        incremental.variance_ratio,
        incremental.incremental_total,
        incremental.incremental_total_lower,
        incremental.incremental_total_upper,
        incremental.spend_amount,
        incremental.incremental_total / nullif(incremental.revenue_spend, 0e0) as iroas,
        incremental.incremental_total_lower / nullif(incremental.revenue_spend, 0e0)
            as iroas_lower,
        incremental.incremental_total_upper / nullif(incremental.revenue_spend, 0e0)
            as iroas_upper,
        net_returns.net_margin_iroas,
        net_returns.net_margin_iroas_lower,
        net_returns.net_margin_iroas_upper,
        -- Null where nothing was won: there is no price of a customer lost.
        case
            when incremental.incremental_total > 0
                then incremental.conversion_spend / incremental.incremental_total
        end as icpa,
        case
            when incremental.incremental_total_upper > 0
                then incremental.conversion_spend / incremental.incremental_total_upper
        end as icpa_lower,
        case
            when incremental.incremental_total_lower > 0
                then incremental.conversion_spend / incremental.incremental_total_lower
        end as icpa_upper,
        coalesce(ratios.expected_ratio_source, 'unknown')
            as expected_ratio_source,
        incremental.sample_ratio_p as sample_ratio_p_value,
        incremental.has_sample_ratio_mismatch
    from incremental
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on incremental.campaign_id = campaigns.campaign_id
    left join {{ ref("precision_marketing", "int_campaign_sample_ratios") }} as ratios
        on incremental.campaign_id = ratios.campaign_id
    left join {{ ref("precision_marketing", "int_shrunk_lifts") }} as shrunk_lifts
        on incremental.campaign_id = shrunk_lifts.campaign_id
        and incremental.variant = shrunk_lifts.variant
        and incremental.metric = shrunk_lifts.metric
        and incremental.method = shrunk_lifts.method
    left join {{ ref("precision_marketing", "int_net_margin_returns") }} as net_returns
        on incremental.campaign_id = net_returns.campaign_id
        and incremental.variant = net_returns.variant
        and incremental.metric = 'revenue' and incremental.method = 'raw'

)

select * from final
