-- Grain: one row per campaign, treated variant, segment, metric and method: its effect
-- on the assigned users, whoever was reached, with intervals.
{% set sums = [
    "treated_total", "treated_user_count", "control_total", "control_user_count"
] %}
{% set means = [
    "1e0 + relative_lift", "treated_mean", "treated_variance / treated_user_count",
    "control_mean", "control_variance / control_user_count",
] %}
{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "raw_squared_error",
] %}
with

measured as (

    select
        {% for name in names %}
        arms.{{ name }},
        {% endfor %}
        arms.treated_mean - arms.control_mean as absolute_lift,
        arms.treated_mean / nullif(arms.control_mean, 0e0) - 1e0 as relative_lift,
        arms.treated_variance / nullif(arms.treated_user_count, 0)
        + arms.control_variance / nullif(arms.control_user_count, 0) as squared_error,
        tests.significance_test,
        tests.degrees_of_freedom,
        skewness.skewness,
        skewness.lift_skewness,
        skewness.pooled_squared_error,
        skewness.pooled_lift_skewness,
        tests.t_quantile,
        tests.p,
        -- One family: the arms of a campaign, or its segments. The other is null.
        coalesce(tests.holm_p, tests.benjamini_hochberg_p) as adjusted_p,
        tests.minimum_detectable_lift
    from {{ ref("precision_marketing", "int_campaign_arm_means") }} as arms
    inner join {{ ref("precision_marketing", "int_campaign_lift_tests") }} as tests
        on arms.campaign_id = tests.campaign_id
        and arms.variant = tests.variant
        and arms.segment_kind = tests.segment_kind
        and arms.segment = tests.segment
        and arms.metric = tests.metric
        and arms.method = tests.method
    left join {{ ref("precision_marketing", "int_campaign_skewness") }} as skewness
        on arms.campaign_id = skewness.campaign_id
        and arms.variant = skewness.variant
        and arms.segment_kind = skewness.segment_kind
        and arms.segment = skewness.segment
        and arms.metric = skewness.metric
        and arms.method = skewness.method

),

-- How far the lift is above either end of its interval.
reached as (

    select
        {% for end, quantile in [("lower", "t_quantile"), ("upper", "(-t_quantile)")] %}
        case
            when significance_test = 'permutation'
                then {{ precision_marketing.gamma_score_inverse(
                    quantile, "pooled_lift_skewness") }} * sqrt(pooled_squared_error)
            when significance_test = 'hall'
                then {{ precision_marketing.hall_t_inverse(
                    quantile, "lift_skewness") }} * sqrt(squared_error)
        end as reach_{{ end }},
        {% endfor %}
        *
    from measured

),

final as (

    select
        *,
        {% for end, sign, within in [("lower", "-", ">"), ("upper", "+", "<")] %}
        case
            when is_rate then {{ precision_marketing.newcombe_bound(*sums, sign=sign) }}
            -- Of very skewed values the mean may lie beyond where they mostly do.
            when reach_{{ end }} {{ within }} 0e0 then absolute_lift - reach_{{ end }}
            else absolute_lift + 0e0 * reach_{{ end }}
        end as absolute_lift_{{ end }},
        case
            when is_rate
                then {{ precision_marketing.katz_bound(*sums, sign=sign) }} - 1e0
            when treated_mean > 0 and control_mean > 0
                then {{ precision_marketing.mean_ratio_bound(*means, sign=sign) }} - 1e0
        end as relative_lift_{{ end }},
        {% endfor %}
        squared_error / nullif(raw_squared_error, 0e0) as variance_ratio
    from reached

)

select * from final
