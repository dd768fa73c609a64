-- Grain: one row per visit: a session of a user, or a day without a session id.
{% set visit_date = precision_marketing.shop_day("events.occurred_at") %}
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

event_types as (

    select * from {{ ref("precision_marketing", "int_event_types") }}

),

final as (

    select
        events.user_id,
        events.session_id,
        case
            when events.session_id is null then {{ visit_date }}
        end as visit_date,
        min(events.occurred_at) as visited_at
    from events
    inner join event_types on events.event_type = event_types.event_type
    -- What is shown to a user or sent back by one is no visit.
    where
        events.event_type <> 'impression'
        and event_types.revenue_sign >= 0
    group by
        events.user_id,
        events.session_id,
        case
            when events.session_id is null then {{ visit_date }}
        end

)

select * from final
