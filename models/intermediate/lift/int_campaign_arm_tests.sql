-- Grain: one row per campaign, treated variant, segment, metric and method: its test.
-- A difference of plain rates is tested by pooled z, or by Fisher's test where a cell
-- is small; every other by Welch's t (1947) with Satterthwaite's degrees of freedom
-- (1946), less its skewness (Hall 1992), or where that is too much by permutation.
{% set counts = [
    "treated_count", "treated_user_count", "control_count", "control_user_count",
] %}
{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "raw_squared_error", "squared_error", "pooled_variance",
    "skewness", "lift_skewness", "pooled_lift_skewness",
] %}
with

arms as (

    select
        {% for name in names %}
        skewness.{{ name }},
        {% endfor %}
        permutations.lower_p,
        permutations.upper_p,
        cast(skewness.treated_total as bigint) as treated_count,
        cast(coalesce(skewness.control_total, 0) as bigint) as control_count,
        skewness.treated_variance / nullif(skewness.treated_user_count, 0)
            as treated_square,
        skewness.control_variance / nullif(skewness.control_user_count, 0)
            as control_square
    from {{ ref("precision_marketing", "int_campaign_skewness") }} as skewness
    left join
        {{ ref("precision_marketing", "int_campaign_permutations") }} as permutations
        on skewness.campaign_id = permutations.campaign_id
        and skewness.variant = permutations.variant
        and skewness.segment_kind = permutations.segment_kind
        and skewness.segment = permutations.segment
        and skewness.metric = permutations.metric
        and skewness.method = permutations.method

),

choices as (

    select
        *,
        case
            when is_rate and treated_user_count > 0 and control_user_count > 0
                then {{ precision_marketing.rates_test(*counts) }}
            when is_rate or treated_user_count < 2 or control_user_count < 2 then null
            when upper_p is not null then 'permutation'
            when squared_error > 0e0 then 'hall'
        end as significance_test
    from arms

),

statistics as (

    select
        *,
        case
            when significance_test in ('hall', 'permutation')
                then (treated_mean - control_mean) / sqrt(squared_error)
        end as t_statistic,
        case significance_test
            when 'permutation' then 1e0 * treated_user_count + control_user_count - 2
            when 'hall'
                then
                    power(squared_error, 2) / (
                        treated_square * treated_square / (treated_user_count - 1)
                        + control_square * control_square / (control_user_count - 1)
                    )
        end as degrees_of_freedom
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
        *,
        {{ precision_marketing.student_quantile("degrees_of_freedom") }}
            as t_quantile,
        case
            when significance_test = 'hall'
                then {{ precision_marketing.student_p(
                    "hall_t", "degrees_of_freedom") }}
            when significance_test = 'permutation'
                then least(1e0, 2e0 * least(lower_p, upper_p))
            when significance_test is not null
                then {{ precision_marketing.rates_p(*counts) }}
        end as p
    from corrected

)

select * from final
