-- Assigned users and those with an order, counted by two ways through the models.
-- A treated variant that has no row in the other mart is reported as well.
with

lift as (

    select * from {{ ref("precision_marketing", "campaign_lift") }}
    where is_primary

),

performance as (

    select * from {{ ref("precision_marketing", "campaign_performance") }}
    where attribution_model = 'last_touch' and not is_control

)

select
    coalesce(lift.campaign_id, performance.campaign_id) as campaign_id,
    coalesce(lift.variant, performance.variant) as variant,
    lift.treated_user_count,
    performance.assigned_user_count,
    lift.treated_total,
    performance.ordering_assigned_user_count
from lift
full outer join performance
    on lift.campaign_id = performance.campaign_id
    and lift.variant = performance.variant
where
    lift.treated_user_count is distinct from performance.assigned_user_count
    or lift.treated_total
    is distinct from 1e0 * performance.ordering_assigned_user_count
