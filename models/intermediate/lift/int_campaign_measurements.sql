-- Grain: one row per campaign and user assigned to it: when the user is measured.
{% set history_days = precision_marketing.setting("lift", "history_days") %}
with

assignments as (

    select * from {{ ref("precision_marketing", "stg_campaign_assignments") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

final as (

    select
        assignments.campaign_id,
        assignments.user_id,
        {{ precision_marketing.arm("assignments.variant") }} as variant,
        lower(assignments.variant) = 'control' as is_control,
        coalesce(users.country, '(unknown)') as country,
        -- The draw, or where it has no time the start: what is earlier is history, and
        -- nothing of the campaign's doing can be in it.
        coalesce(assignments.assigned_at, campaigns.started_at) as assigned_at,
        -- The later of the two; `greatest` passes over what is not given.
        greatest(assignments.assigned_at, campaigns.started_at) as measured_from,
        campaigns.ended_at as measured_until,
        coalesce(assignments.assigned_at, campaigns.started_at)
        - {{ history_days }} * interval '1' day as history_from,
        -- As long before the draw as the campaign runs.
        coalesce(assignments.assigned_at, campaigns.started_at)
        - (campaigns.ended_at - campaigns.started_at) as baseline_from
    from assignments
    inner join campaigns on assignments.campaign_id = campaigns.campaign_id
    left join users on assignments.user_id = users.user_id
    -- Who was drawn into two arms says nothing about either.
    where not assignments.is_in_several_arms

)

select * from final
