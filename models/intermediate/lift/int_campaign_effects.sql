-- Grain: one row per campaign, treated variant, segment, metric and method: its effect
-- on the assigned users, whoever was reached, with intervals.
{% set sums = [
    "treated_total", "treated_user_count", "control_total", "control_user_count"
] %}
{% set means = [
    "1e0 + relative_lift", "treated_mean", "treated_variance / treated_user_count",
    "control_mean", "control_variance / control_user_count",
] %}
with

measured as (

    select
        arms.campaign_id,
        arms.variant,
        arms.segment_kind,
        arms.segment,
        arms.metric,
        arms.method,
        arms.is_rate,
        arms.treated_user_count,
        arms.control_user_count,
        arms.treated_total,
        arms.control_total,
        arms.theta,
        arms.treated_mean,
        arms.control_mean,
        arms.treated_variance,
        arms.control_variance,
        arms.raw_squared_error,
        arms.treated_mean - arms.control_mean as absolute_lift,
        arms.treated_mean / nullif(arms.control_mean, 0e0) - 1e0 as relative_lift,
        arms.treated_variance / nullif(arms.treated_user_count, 0)
        + arms.control_variance / nullif(arms.control_user_count, 0) as squared_error,
        tests.significance_test,
        tests.degrees_of_freedom,
        tests.skewness,
        coalesce(tests.lift_skewness, 0e0) as lift_skewness,
        tests.t_quantile,
        tests.p,
        -- One family: the arms of a campaign, or its segments.
        case
            when arms.segment_kind = '(all)' then tests.holm_p
            else tests.benjamini_hochberg_p
        end as adjusted_p,
        tests.minimum_detectable_lift
    from {{ ref("precision_marketing", "int_campaign_arm_means") }} as arms
    inner join {{ ref("precision_marketing", "int_campaign_lift_tests") }} as tests
        on arms.campaign_id = tests.campaign_id
        and arms.variant = tests.variant
        and arms.segment_kind = tests.segment_kind
        and arms.segment = tests.segment
        and arms.metric = tests.metric
        and arms.method = tests.method

),

final as (

    select
        *,
        {% for end, sign, reach in [
            ("lower", "-", "t_quantile"), ("upper", "+", "(-t_quantile)")
        ] %}
        case
            when is_rate then {{ precision_marketing.newcombe_bound(*sums, sign=sign) }}
            else
                absolute_lift - sqrt(squared_error)
                * {{ precision_marketing.hall_t_inverse(reach, "lift_skewness") }}
        end as absolute_lift_{{ end }},
        case
            when is_rate
                then {{ precision_marketing.katz_bound(*sums, sign=sign) }} - 1e0
            when treated_mean > 0 and control_mean > 0
                then {{ precision_marketing.mean_ratio_bound(*means, sign=sign) }} - 1e0
        end as relative_lift_{{ end }},
        {% endfor %}
        squared_error / nullif(raw_squared_error, 0e0) as variance_ratio
    from measured

)

select * from final
