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
        -- Six verdicts an arm: that one of five others is no chance is chance itself.
        case
            when incremental.metric = 'conversion' and incremental.method = 'raw'
                then 'primary'
            else 'secondary'
        end as verdict_role,
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
        incremental.significance_test,
        incremental.degrees_of_freedom,
        incremental.skewness,
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
        incremental.expected_ratio_source,
        incremental.split_status,
        incremental.sample_ratio_p as sample_ratio_p_value,
        incremental.has_sample_ratio_mismatch,
        incremental.history_p as history_p_value,
        incremental.has_history_mismatch,
        incremental.measured_since,
        incremental.elapsed_share,
        incremental.interim_boundary_z,
        incremental.interim_boundary_p as interim_boundary_p_value,
        incremental.interim_verdict
    from incremental
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on incremental.campaign_id = campaigns.campaign_id

)

select * from final
