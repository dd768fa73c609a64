-- Grain: one row per campaign, treated variant, segment, metric and method.
-- Segments are those of the users before the draw: docs/campaign_lift.md.
with

lift as (

    select * from {{ ref("precision_marketing", "int_campaign_lift") }}
    where segment_kind <> '(all)'

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

final as (

    select
        lift.campaign_id,
        lift.variant,
        lift.segment_kind,
        lift.segment,
        lift.metric,
        lift.method,
        campaigns.campaign_name,
        campaigns.currency,
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
        lift.significance_test,
        lift.degrees_of_freedom,
        lift.skewness,
        lift.p as p_value,
        lift.adjusted_p as adjusted_p_value,
        lift.minimum_detectable_lift,
        lift.variance_ratio,
        lift.absolute_lift * lift.treated_user_count as incremental_total,
        lift.absolute_lift_lower * lift.treated_user_count as incremental_total_lower,
        lift.absolute_lift_upper * lift.treated_user_count as incremental_total_upper,
        lift.has_sample_ratio_mismatch,
        lift.has_history_mismatch
    from lift
    inner join campaigns on lift.campaign_id = campaigns.campaign_id

)

select * from final
