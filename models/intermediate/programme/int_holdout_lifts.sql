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
        {{ precision_marketing.student_quantile("degrees_of_freedom") }} as t_quantile
    from {{ ref("precision_marketing", "int_holdout_comparisons") }}

),

tested as (

    select
        *,
        {{ precision_marketing.hall_t("t_statistic", "lift_skewness") }} as hall_t
    from comparisons

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
            else {{ precision_marketing.rates_p(*buyers) }}
        end as p
    from tested

)

select * from final
