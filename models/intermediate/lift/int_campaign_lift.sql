-- Grain: one row per campaign, treated variant, segment, metric and method: its effect
-- and what to make of it. Decided on the absolute difference.
{% set significance_level = "0.05e0" %}
{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "absolute_lift", "absolute_lift_lower", "absolute_lift_upper",
    "relative_lift", "relative_lift_lower", "relative_lift_upper", "squared_error",
    "variance_ratio", "significance_test", "degrees_of_freedom", "skewness", "p",
    "adjusted_p", "minimum_detectable_lift",
] %}
with

effects as (

    select * from {{ ref("precision_marketing", "int_campaign_effects") }}

),

checks as (

    select * from {{ ref("precision_marketing", "int_campaign_checks") }}

),

judged as (

    select
        {% for name in names %}
        effects.{{ name }},
        {% endfor %}
        checks.expected_ratio_source,
        checks.sample_ratio_p,
        checks.has_sample_ratio_mismatch,
        checks.split_status,
        checks.history_p,
        checks.has_history_mismatch,
        checks.measured_since,
        checks.is_running,
        checks.elapsed_share,
        checks.interim_boundary_z,
        checks.interim_boundary_p,
        case
            -- An arm that lost users may have lost the buyers: no number of it counts.
            when checks.has_sample_ratio_mismatch or checks.has_history_mismatch
                then 'broken'
            when effects.treated_user_count = 0 or effects.control_user_count = 0
                then 'unmeasured'
        end as obstacle,
        effects.adjusted_p is null or effects.absolute_lift_lower is null as is_untested
    from effects
    inner join checks
        on effects.campaign_id = checks.campaign_id
        and effects.variant = checks.variant

),

final as (

    select
        *,
        case
            when obstacle is not null then obstacle
            when is_running then 'running'
            when is_untested then 'unmeasured'
            {{ precision_marketing.effect_cases(
                "adjusted_p < " ~ significance_level,
                "absolute_lift_lower > 0", "absolute_lift_upper < 0"
            ) }}
        end as verdict,
        case
            when obstacle is not null or interim_boundary_p is null then null
            when is_untested and not is_running then null
            -- At the end as above; an interval of 95 % does not know a stricter p.
            {{ precision_marketing.effect_cases(
                "not is_untested and adjusted_p < interim_boundary_p",
                "absolute_lift_lower > 0 or (is_running and absolute_lift > 0)",
                "absolute_lift_upper < 0 or (is_running and absolute_lift < 0)"
            ) }}
        end as interim_verdict
    from judged

)

select * from final
