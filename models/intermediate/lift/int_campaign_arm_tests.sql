-- Grain: one row per campaign, treated variant, segment, metric and method: its test.
-- A difference of plain rates is tested by pooled z, or by Fisher's test where a cell
-- is small; every other by Welch's t (1947) with Satterthwaite's degrees of freedom
-- (1946), less its skewness (Hall 1992), or where that is too much by permutation.
with

arm_means as (

    select
        arms.*,
        skewness.lift_skewness,
        permutations.lower_p,
        permutations.upper_p,
        cast(arms.treated_total as bigint) as treated_count,
        cast(coalesce(arms.control_total, 0) as bigint) as control_count,
        arms.treated_variance / nullif(arms.treated_user_count, 0) as treated_square,
        arms.control_variance / nullif(arms.control_user_count, 0) as control_square
    from {{ ref("precision_marketing", "int_campaign_arm_means") }} as arms
    left join {{ ref("precision_marketing", "int_campaign_skewness") }} as skewness
        on arms.campaign_id = skewness.campaign_id
        and arms.variant = skewness.variant
        and arms.segment_kind = skewness.segment_kind
        and arms.segment = skewness.segment
        and arms.metric = skewness.metric
        and arms.method = skewness.method
    left join
        {{ ref("precision_marketing", "int_campaign_permutations") }} as permutations
        on arms.campaign_id = permutations.campaign_id
        and arms.variant = permutations.variant
        and arms.segment_kind = permutations.segment_kind
        and arms.segment = permutations.segment
        and arms.metric = permutations.metric
        and arms.method = permutations.method

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

choices as (

    select
        *,
        case
            when
                not is_rate and treated_user_count >= 2 and control_user_count >= 2
                and treated_square + control_square > 0e0
                then
                    case
                        when upper_p is not null then 'permutation'
                        else 'hall'
                    end
            when not is_rate or treated_user_count = 0 or control_user_count = 0
                then null
            when smallest_count < {{ precision_marketing.smallest_cell() }}
                then 'fisher'
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
            when significance_test in ('hall', 'permutation')
                then
                    (treated_mean - control_mean)
                    / sqrt(treated_square + control_square)
        end as t_statistic,
        case significance_test
            when 'permutation' then 1e0 * treated_user_count + control_user_count - 2
            when 'hall'
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

corrected as (

    select
        *,
        {{ precision_marketing.hall_t("t_statistic", "lift_skewness") }} as hall_t
    from statistics

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
            when 'hall'
                then {{ precision_marketing.student_p(
                    "hall_t", "degrees_of_freedom") }}
            when 'permutation' then least(1e0, 2e0 * least(lower_p, upper_p))
            when 'pooled_z'
                then 2e0 * {{ precision_marketing.normal_probability(
                    "-abs(z_statistic)") }}
            when 'fisher' then {{ precision_marketing.fisher_p(*counts) }}
        end as p
    from corrected

)

select * from final
