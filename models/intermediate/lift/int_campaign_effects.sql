-- Grain: one row per campaign, treated variant, segment, metric and method: its effect
-- on the assigned users, whoever was reached, with intervals.
-- Both intervals are made of what each arm alone moves the lift down and up (Zou and
-- Donner 2008; Donner and Zou 2012), so that they agree on whether there is any.
{# End -> quantile, sign, and which way the treated and the control move it. #}
{% set ends = {
    "lower": ["t_quantile", "-", "+"], "upper": ["(-t_quantile)", "+", "-"],
} %}
{% set arms = ["treated", "control"] %}
{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "raw_squared_error", "squared_error", "skewness",
    "lift_skewness", "pooled_lift_skewness", "significance_test",
    "degrees_of_freedom", "t_quantile", "p", "minimum_detectable_lift",
] %}
with

tests as (

    select
        {% for name in names %}
        {{ name }},
        {% endfor %}
        treated_mean - control_mean as absolute_lift,
        treated_mean / nullif(control_mean, 0e0) - 1e0 as relative_lift,
        pooled_variance * (
            1e0 / nullif(treated_user_count, 0) + 1e0 / nullif(control_user_count, 0)
        ) as pooled_squared_error,
        -- One family: the arms of a campaign, or its segments. The other is null.
        coalesce(holm_p, benjamini_hochberg_p) as adjusted_p
    from {{ ref("precision_marketing", "int_campaign_lift_tests") }}

),

-- How far the lift is above either end of its interval.
reached as (

    select
        {% for end, (quantile, sign, other) in ends.items() %}
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
    from tests

),

moved as (

    select
        {% for end, (quantile, sign, other) in ends.items() %}
        {% for arm in arms %}
        case
            when is_rate
                then {{ precision_marketing.wilson_distance(
                    arm ~ "_total", arm ~ "_user_count",
                    sign if arm == "treated" else other) }}
            -- Of very skewed values the mean may lie beyond where they mostly do.
            when reach_{{ end }} {{ ">" if end == "lower" else "<" }} 0e0
                then
                    abs(reach_{{ end }})
                    * sqrt({{ arm }}_variance / {{ arm }}_user_count / squared_error)
            else 0e0 * reach_{{ end }}
        end as {{ arm }}_{{ end }},
        {% endfor %}
        {% endfor %}
        *
    from reached

),

final as (

    select
        *,
        {% for end, (quantile, sign, other) in ends.items() %}
        absolute_lift {{ sign }} {{ precision_marketing.combined_distance(
            "treated_" ~ end, "control_" ~ end) }} as absolute_lift_{{ end }},
        case
            when treated_mean >= 0e0 and control_mean > 0e0
                then {{ precision_marketing.ratio_bound(
                    "treated_mean", "treated_" ~ end, "control_mean",
                    "control_" ~ end, sign
                ) }} - 1e0
        end as relative_lift_{{ end }},
        {% endfor %}
        squared_error / nullif(raw_squared_error, 0e0) as variance_ratio
    from moved

)

select * from final
