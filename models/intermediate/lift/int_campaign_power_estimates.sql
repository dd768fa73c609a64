-- Grain: one row per campaign, treated variant and metric: what it could show.
{% set percents = [5, 10, 20] %}
with

baselines as (

    select
        *,
        metric = 'conversion' as is_rate,
        treated_user_count + control_user_count as user_count,
        1e0 * nullif(control_user_count, 0) / (treated_user_count + control_user_count)
            as control_share,
        baseline_deviation * sqrt(
            1e0 / nullif(treated_user_count, 0) + 1e0 / nullif(control_user_count, 0)
        ) as standard_error
    from {{ ref("precision_marketing", "int_campaign_baselines") }}

),

-- Without a spread nothing can be said.
varying as (

    select * from baselines where baseline_mean > 0 and baseline_deviation > 0

),

estimates as (

    select
        varying.campaign_id,
        varying.variant,
        varying.metric,
        case
            when varying.is_rate then rates.minimum_detectable_lift
            else {{ precision_marketing.detection_reach() }} * varying.standard_error
        end as minimum_detectable_lift,
        {% for percent in percents %}
        {% set lift = "(varying.baseline_mean * " ~ percent ~ "e0 / 100e0)" %}
        case
            when varying.is_rate
                then {{ precision_marketing.power_of_rate(
                    "varying.baseline_mean", lift,
                    "varying.control_share", "varying.user_count"
                ) }}
            else {{ precision_marketing.power_of_mean(
                lift, "varying.standard_error") }}
        end as power_at_{{ percent }}_percent,
        {% endfor %}
        case
            when varying.is_rate
                then {{ precision_marketing.required_users_of_rate(
                    "varying.baseline_mean", "(varying.baseline_mean * 0.1e0)",
                    "varying.control_share"
                ) }}
            else {{ precision_marketing.required_users_of_mean(
                "(varying.baseline_mean * 0.1e0)", "varying.baseline_deviation",
                "varying.control_share"
            ) }}
        end as required_user_count
    from varying
    left join {{ ref("precision_marketing", "int_detectable_rates") }} as rates
        on varying.baseline_mean = rates.control_rate
        and varying.treated_user_count = rates.treated_user_count
        and varying.control_user_count = rates.control_user_count

),

final as (

    select
        baselines.campaign_id,
        baselines.variant,
        baselines.metric,
        estimates.minimum_detectable_lift,
        {% for percent in percents %}
        estimates.power_at_{{ percent }}_percent,
        {% endfor %}
        estimates.required_user_count
    from baselines
    left join estimates
        on baselines.campaign_id = estimates.campaign_id
        and baselines.variant = estimates.variant
        and baselines.metric = estimates.metric

)

select * from final
