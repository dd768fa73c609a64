-- Grain: one row per campaign, treated variant, metric and method.
-- What the campaign changed among the users assigned to it: docs/campaign_lift.md.
with

lift as (

    select * from {{ ref("precision_marketing", "int_campaign_lift") }}
    where segment_kind = '(all)'

),

final as (

    select
        lift.campaign_id,
        lift.variant,
        lift.metric,
        lift.method,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.currency,
        -- Six verdicts an arm: that one of five others is no chance is chance itself.
        lift.metric = 'conversion' and lift.method = 'raw' as is_primary,
        lift.verdict,
        lift.treated_user_count,
        lift.control_user_count,
        lift.treated_total,
        lift.control_total,
        lift.treated_mean,
        lift.control_mean,
        lift.absolute_lift,
        lift.absolute_lift_lower,
        lift.absolute_lift_upper,
        lift.relative_lift,
        lift.relative_lift_lower,
        lift.relative_lift_upper,
        shrunk_lifts.shrunk_lift,
        {{ precision_marketing.normal_bound(
            "shrunk_lifts.shrunk_lift", "shrunk_lifts.shrunk_error", "-"
        ) }} as shrunk_lift_lower,
        {{ precision_marketing.normal_bound(
            "shrunk_lifts.shrunk_lift", "shrunk_lifts.shrunk_error", "+"
        ) }} as shrunk_lift_upper,
        lift.significance_test,
        lift.degrees_of_freedom,
        lift.skewness,
        lift.p as p_value,
        lift.adjusted_p as adjusted_p_value,
        lift.minimum_detectable_lift,
        lift.theta as cuped_theta,
        lift.variance_ratio,
        returns.incremental_total,
        returns.incremental_total_lower,
        returns.incremental_total_upper,
        returns.spend_amount,
        returns.iroas,
        returns.iroas_lower,
        returns.iroas_upper,
        returns.net_margin_iroas,
        returns.net_margin_iroas_lower,
        returns.net_margin_iroas_upper,
        returns.icpa,
        returns.icpa_lower,
        returns.icpa_upper,
        lift.expected_ratio_source,
        lift.split_status,
        lift.sample_ratio_p as sample_ratio_p_value,
        lift.has_sample_ratio_mismatch,
        lift.history_p as history_p_value,
        lift.has_history_mismatch,
        lift.measured_since,
        lift.elapsed_share,
        lift.interim_boundary_z,
        lift.interim_boundary_p as interim_boundary_p_value,
        lift.interim_verdict
    from lift
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on lift.campaign_id = campaigns.campaign_id
    left join {{ ref("precision_marketing", "int_shrunk_lifts") }} as shrunk_lifts
        on lift.campaign_id = shrunk_lifts.campaign_id
        and lift.variant = shrunk_lifts.variant
        and lift.metric = shrunk_lifts.metric
        and lift.method = shrunk_lifts.method
    inner join {{ ref("precision_marketing", "int_lift_returns") }} as returns
        on lift.campaign_id = returns.campaign_id
        and lift.variant = returns.variant
        and lift.metric = returns.metric
        and lift.method = returns.method

)

select * from final
