-- Users of a control group who were sent or shown the campaign all the same. Such a
-- campaign's effect is understated: the input is at fault, so the build only warns.
{{ config(severity="warn") }}

select
    touches.campaign_id,
    touches.user_id,
    touches.touch_type,
    touches.touched_at
from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
inner join {{ ref("precision_marketing", "stg_campaign_assignments") }} as assignments
    on touches.campaign_id = assignments.campaign_id
    and touches.user_id = assignments.user_id
where
    lower(assignments.variant) = 'control'
    and touches.touch_type in ('send', 'delivered', 'impression')
