-- Grain: one row per metric, days, relative lift and share of the control.
with

baselines as (

    select * from {{ ref("precision_marketing", "int_shop_baselines") }}

),

scenarios as (

    select
        *,
        cast(relative_lift_rate as double) as relative_lift,
        cast(control_share as double) as share
    from {{ ref("precision_marketing", "power_scenarios") }}

),

joined as (

    select
        baselines.metric,
        baselines.measured_days,
        scenarios.relative_lift as relative_lift_rate,
        scenarios.share as control_share,
        baselines.known_user_count,
        baselines.baseline_mean,
        baselines.baseline_deviation,
        -- Without a spread nothing can be said.
        case
            when baselines.baseline_mean > 0 and baselines.baseline_deviation > 0
                then baselines.baseline_mean * scenarios.relative_lift
        end as lift
    from baselines
    inner join scenarios on baselines.measured_days = scenarios.measured_days

),

final as (

    select
        metric,
        measured_days,
        relative_lift_rate,
        control_share,
        known_user_count,
        baseline_mean,
        baseline_deviation,
        case
            when metric = 'conversion'
                then {{ precision_marketing.required_users_of_rate(
                    "baseline_mean", "lift", "control_share") }}
            else {{ precision_marketing.required_users_of_mean(
                "lift", "baseline_deviation", "control_share") }}
        end as required_user_count
    from joined

)

select * from final
