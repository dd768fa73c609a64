-- Grain: one row per campaign, treated variant and metric.
-- What the arms could show, from what their users did before the draw.
with

baselines as (

    select * from {{ ref("precision_marketing", "int_campaign_baselines") }}

),

estimates as (

    select * from {{ ref("precision_marketing", "int_campaign_power_estimates") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

final as (

    select
        baselines.campaign_id,
        baselines.variant,
        baselines.metric,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.currency,
        campaigns.started_at,
        baselines.treated_user_count,
        baselines.control_user_count,
        baselines.baseline_days,
        baselines.has_whole_baseline,
        baselines.baseline_mean,
        baselines.baseline_deviation,
        estimates.minimum_detectable_lift,
        estimates.minimum_detectable_lift / nullif(baselines.baseline_mean, 0e0)
            as minimum_detectable_relative_lift,
        estimates.power_at_5_percent,
        estimates.power_at_10_percent,
        estimates.power_at_20_percent,
        cast(estimates.required_user_count as bigint) as required_user_count
    from baselines
    inner join estimates
        on baselines.campaign_id = estimates.campaign_id
        and baselines.variant = estimates.variant
        and baselines.metric = estimates.metric
    inner join campaigns on baselines.campaign_id = campaigns.campaign_id

)

select * from final
