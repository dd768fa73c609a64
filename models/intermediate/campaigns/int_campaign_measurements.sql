-- Grain: one row per campaign and user assigned to it: when the user is measured.
{% set history_days = precision_marketing.setting("lift", "history_days") %}
{% set selection_days = precision_marketing.setting("audiences", "recent_buyer_days") %}
with

assignments as (

    select * from {{ ref("precision_marketing", "stg_campaign_assignments") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

draws as (

    select * from {{ ref("precision_marketing", "int_campaign_draws") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

drawn as (

    select
        assignments.campaign_id,
        assignments.user_id,
        {{ precision_marketing.arm("assignments.variant") }} as variant,
        lower(assignments.variant) = 'control' as is_control,
        campaigns.started_at,
        campaigns.ended_at,
        -- The draw, or where it has no time the start: what is earlier is history, and
        -- nothing of the campaign's doing can be in it. Where the arms have unlike
        -- times, the start for all: an arm must not be measured for longer.
        case
            when draws.has_unlike_draws then draws.common_start
            else coalesce(assignments.assigned_at, campaigns.started_at)
        end as assigned_at
    from assignments
    inner join campaigns on assignments.campaign_id = campaigns.campaign_id
    inner join draws on assignments.campaign_id = draws.campaign_id
    -- Who was drawn into two arms says nothing about either.
    where not assignments.is_in_several_arms

),

final as (

    select
        drawn.campaign_id,
        drawn.user_id,
        drawn.variant,
        drawn.is_control,
        coalesce(users.country, '(unknown)') as country,
        drawn.assigned_at,
        -- The later of the two; `greatest` passes over what is not given.
        greatest(drawn.assigned_at, drawn.started_at) as measured_from,
        drawn.ended_at as measured_until,
        drawn.assigned_at - {{ history_days }} * interval '1' day as history_from,
        -- Without the days in which who bought was not contacted, for as long as the
        -- campaign runs.
        drawn.assigned_at - {{ selection_days }} * interval '1' day as baseline_until,
        drawn.assigned_at - {{ selection_days }} * interval '1' day
        - (drawn.ended_at - drawn.started_at) as baseline_from
    from drawn
    left join users on drawn.user_id = users.user_id

)

select * from final
