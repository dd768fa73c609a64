-- Grain: one row per holdout, month and metric: its effect, with interval and p.
{% set buyers = [
    "treated_buyer_count", "treated_user_count", "control_buyer_count",
    "control_user_count",
] %}
with

comparisons as (

    select
        *,
        treated_mean - control_mean as absolute_lift,
        (treated_mean - control_mean) / nullif(sqrt(squared_error), 0e0) as t_statistic,
        {{ precision_marketing.pooled_z(*buyers) }} as z_statistic,
        least(
            treated_buyer_count, treated_user_count - treated_buyer_count,
            control_buyer_count, control_user_count - control_buyer_count
        ) as smallest_count
    from {{ ref("precision_marketing", "int_holdout_comparisons") }}

),

quantiles_0 as (

    select distinct
        degrees_of_freedom,
        {{ precision_marketing.student_quantile_guess("degrees_of_freedom") }}
            as t_quantile
    from comparisons
    where degrees_of_freedom is not null

),

{% for step in range(3) %}
quantiles_{{ loop.index }} as (

    select
        degrees_of_freedom,
        {{ precision_marketing.student_quantile_step(
            "t_quantile", "degrees_of_freedom") }} as t_quantile
    from quantiles_{{ step }}

),

{% endfor %}
tested as (

    select
        comparisons.*,
        quantiles_3.t_quantile,
        {{ precision_marketing.hall_t(
            "comparisons.t_statistic", "comparisons.lift_skewness") }} as hall_t
    from comparisons
    left join quantiles_3
        on comparisons.degrees_of_freedom = quantiles_3.degrees_of_freedom

),

final as (

    select
        holdout_kind,
        campaign_id,
        month_start_date,
        metric,
        treated_user_count,
        control_user_count,
        treated_mean,
        control_mean,
        is_too_skewed,
        absolute_lift,
        {% for end, sign, reach in [
            ("lower", "-", "t_quantile"), ("upper", "+", "(-t_quantile)"),
        ] %}
        case
            when metric = 'conversion'
                then {{ precision_marketing.newcombe_bound(*buyers, sign=sign) }}
            else absolute_lift - sqrt(squared_error)
                * {{ precision_marketing.hall_t_inverse(reach, "lift_skewness") }}
        end as absolute_lift_{{ end }},
        {% endfor %}
        case
            when metric = 'revenue'
                then {{ precision_marketing.student_p("hall_t", "degrees_of_freedom") }}
            when smallest_count < {{ precision_marketing.smallest_cell() }}
                then {{ precision_marketing.fisher_p(*buyers) }}
            else 2e0 * {{ precision_marketing.normal_probability("-abs(z_statistic)") }}
        end as p
    from tested

)

select * from final
