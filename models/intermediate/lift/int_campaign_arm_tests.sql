-- Grain: one row per campaign, treated variant, segment, metric and method: its test.
-- A difference of plain rates is tested by pooled z, or by Fisher's test where a cell
-- is under 5; every other by Welch's t (1947) with Satterthwaite's degrees of freedom
-- (1946).
with

arm_means as (

    select
        *,
        cast(treated_total as bigint) as treated_count,
        cast(coalesce(control_total, 0) as bigint) as control_count,
        treated_variance / nullif(treated_user_count, 0) as treated_square,
        control_variance / nullif(control_user_count, 0) as control_square
    from {{ ref("precision_marketing", "int_campaign_arm_means") }}

),

cells as (

    select
        *,
        least(
            treated_count,
            treated_user_count - treated_count,
            control_count,
            control_user_count - control_count
        ) as smallest_count
    from arm_means

),

{# In every cell of the four, for pooled z. #}
{% set smallest_cell = 5 %}
choices as (

    select
        *,
        case
            when
                not is_rate and treated_user_count >= 2 and control_user_count >= 2
                and treated_square + control_square > 0e0
                then 'welch'
            when not is_rate or treated_user_count = 0 or control_user_count = 0
                then null
            when smallest_count < {{ smallest_cell }} then 'fisher'
            else 'pooled_z'
        end as significance_test
    from cells

),

{% set counts = [
    "treated_count", "treated_user_count", "control_count", "control_user_count",
] %}
statistics as (

    select
        *,
        case
            when significance_test = 'welch'
                then
                    (treated_mean - control_mean)
                    / sqrt(treated_square + control_square)
        end as t_statistic,
        case
            when significance_test = 'welch'
                then
                    power(treated_square + control_square, 2) / (
                        treated_square * treated_square / (treated_user_count - 1)
                        + control_square * control_square / (control_user_count - 1)
                    )
        end as degrees_of_freedom,
        case
            when significance_test = 'pooled_z'
                then {{ precision_marketing.pooled_z(*counts) }}
        end as z_statistic
    from choices

),

final as (

    select
        campaign_id,
        variant,
        segment_kind,
        segment,
        metric,
        method,
        significance_test,
        t_statistic,
        degrees_of_freedom,
        case significance_test
            when 'welch'
                then {{ precision_marketing.student_p(
                    "t_statistic", "degrees_of_freedom") }}
            when 'pooled_z'
                then 2e0 * {{ precision_marketing.normal_probability(
                    "-abs(z_statistic)") }}
            when 'fisher' then {{ precision_marketing.fisher_p(*counts) }}
        end as p
    from statistics

)

select * from final
