-- Grain: one row per campaign, treated variant, segment, metric and method: its effect.
-- Decided on the absolute difference of the assigned users, whoever was reached.
{% set significance_level = "0.05e0" %}
{% set sample_ratio_level = "0.001e0" %}
with

{% set rates = [
    "treated_total", "treated_user_count", "control_total", "control_user_count"
] %}
{% set means = [
    "1e0 + relative_lift", "treated_mean", "treated_variance / treated_user_count",
    "control_mean", "control_variance / control_user_count",
] %}
{% set positive_means = "treated_mean > 0 and control_mean > 0" %}
estimates as (

    select
        *,
        treated_mean - control_mean as absolute_lift,
        treated_mean / nullif(control_mean, 0e0) - 1e0 as relative_lift,
        treated_variance / nullif(treated_user_count, 0)
        + control_variance / nullif(control_user_count, 0) as squared_error
    from {{ ref("int_campaign_arm_means") }}

),

measured as (

    select
        estimates.*,
        tests.significance_test,
        tests.degrees_of_freedom,
        tests.p,
        -- One family: the arms of a campaign, or its segments.
        case
            when estimates.segment_kind = '(all)' then tests.holm_p
            else tests.benjamini_hochberg_p
        end as adjusted_p,
        tests.sample_ratio_p,
        tests.minimum_detectable_lift,
        tests.t_quantile * sqrt(estimates.squared_error) as reach
    from estimates
    inner join {{ ref("int_campaign_lift_tests") }} as tests
        on estimates.campaign_id = tests.campaign_id
        and estimates.variant = tests.variant
        and estimates.segment_kind = tests.segment_kind
        and estimates.segment = tests.segment
        and estimates.metric = tests.metric
        and estimates.method = tests.method

),

bounded as (

    select
        *,
        case
            when is_rate then {{ precision_marketing.newcombe_lower(*rates) }}
            else absolute_lift - reach
        end as absolute_lift_lower,
        case
            when is_rate then {{ precision_marketing.newcombe_upper(*rates) }}
            else absolute_lift + reach
        end as absolute_lift_upper,
        case
            when is_rate then {{ precision_marketing.katz_lower(*rates) }} - 1e0
            when {{ positive_means }}
                then {{ precision_marketing.mean_ratio_bound(*means, sign="-") }} - 1e0
        end as relative_lift_lower,
        case
            when is_rate then {{ precision_marketing.katz_upper(*rates) }} - 1e0
            when {{ positive_means }}
                then {{ precision_marketing.mean_ratio_bound(*means, sign="+") }} - 1e0
        end as relative_lift_upper
    from measured

),

final as (

    select
        *,
        squared_error / nullif(raw_squared_error, 0e0) as variance_ratio,
        coalesce(sample_ratio_p < {{ sample_ratio_level }}, false)
            as has_sample_ratio_mismatch,
        case
            -- An arm that lost users may have lost the buyers: no number of it counts.
            when sample_ratio_p < {{ sample_ratio_level }} then 'broken'
            when adjusted_p is null or absolute_lift_lower is null then 'unmeasured'
            when adjusted_p >= {{ significance_level }} then 'unclear'
            when absolute_lift_lower > 0 then 'works'
            when absolute_lift_upper < 0 then 'harms'
            else 'unclear'
        end as verdict
    from bounded

)

select * from final
