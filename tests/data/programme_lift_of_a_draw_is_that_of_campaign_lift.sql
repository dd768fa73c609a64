-- The shop's own draws stand in both marts: in the last month of a campaign with one
-- treated variant they are measured alike, to 1e-9.
with

programme as (

    select * from {{ ref("precision_marketing", "programme_lift") }}
    where holdout_kind = 'assignment' and is_latest and metric <> 'profit'

),

lift as (

    select
        *,
        count(*) over (partition by campaign_id, metric) as variant_count
    from {{ ref("precision_marketing", "campaign_lift") }}
    where method = 'raw' and metric in ('conversion', 'revenue')

)

select
    lift.campaign_id,
    lift.metric,
    lift.absolute_lift,
    programme.absolute_lift as programme_lift
from lift
left join programme
    on lift.campaign_id = programme.campaign_id
    and lift.metric = programme.metric
where
    lift.variant_count = 1 and lift.control_user_count > 0
    and lift.treated_user_count > 0
    and (
        lift.treated_user_count is distinct from programme.treated_user_count
        or lift.control_user_count is distinct from programme.control_user_count
        or coalesce(abs(lift.absolute_lift - programme.absolute_lift) > 1e-9, false)
        or (lift.absolute_lift is null) <> (programme.absolute_lift is null)
        or (
            lift.metric = 'conversion' and (
                abs(lift.absolute_lift_lower - programme.absolute_lift_lower) > 1e-9
                or abs(lift.absolute_lift_upper - programme.absolute_lift_upper) > 1e-9
            )
        )
    )
