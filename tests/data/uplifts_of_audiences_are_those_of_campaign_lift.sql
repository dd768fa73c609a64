-- Where a campaign has one treated variant, its audience's uplift is the raw lift of
-- conversion: two computations of one number, to 1e-9.
with

lift as (

    select
        *,
        count(*) over (partition by campaign_id) as variant_count
    from {{ ref("precision_marketing", "campaign_lift") }}
    where metric = 'conversion' and method = 'raw'

),

summary as (

    select * from {{ ref("precision_marketing", "audience_summary") }}

)

select
    summary.campaign_id,
    summary.uplift,
    lift.absolute_lift
from summary
full outer join lift on summary.campaign_id = lift.campaign_id
where
    coalesce(lift.variant_count, 1) = 1
    and (
        abs(summary.uplift - lift.absolute_lift) > 1e-9
        or abs(summary.uplift_lower - lift.absolute_lift_lower) > 1e-9
        or abs(summary.uplift_upper - lift.absolute_lift_upper) > 1e-9
        or (summary.uplift is null) <> (lift.absolute_lift is null)
    )
