-- Grain: one row per campaign that a holdout measured: what being drawn for it changed.
-- All treated variants together: the best of several would be the luckiest.
with

variants as (

    select * from {{ ref("precision_marketing", "int_campaign_variants") }}

),

sums as (

    select
        campaign_id,
        sum(case when not is_control then ordering_assigned_user_count else 0 end)
            as treated_buyers,
        sum(case when not is_control then assigned_user_count else 0 end)
            as treated_users,
        sum(case when is_control then ordering_assigned_user_count else 0 end)
            as control_buyers,
        sum(case when is_control then assigned_user_count else 0 end) as control_users
    from variants
    group by campaign_id

),

{% set counts = [
    "treated_buyers", "treated_users", "control_buyers", "control_users",
] %}
final as (

    select
        campaign_id,
        1e0 * treated_buyers / treated_users - 1e0 * control_buyers / control_users
            as uplift,
        {{ precision_marketing.newcombe_bound(*counts, sign="-") }} as uplift_lower,
        {{ precision_marketing.newcombe_bound(*counts, sign="+") }} as uplift_upper
    from sums
    where treated_users > 0 and control_users > 0

)

select * from final
