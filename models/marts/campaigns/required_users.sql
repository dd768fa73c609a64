-- Grain: one row per metric, measured days, relative lift and share of the control.
with

required_users as (

    select * from {{ ref("precision_marketing", "int_required_users") }}

),

final as (

    select
        metric,
        cast(measured_days as integer) as measured_days,
        relative_lift_rate,
        control_share,
        known_user_count,
        baseline_mean,
        baseline_deviation,
        cast(required_user_count as bigint) as required_user_count,
        cast(ceil(required_user_count * control_share) as bigint)
            as required_control_user_count,
        coalesce(required_user_count <= known_user_count, false) as is_in_reach
    from required_users

)

select * from final
