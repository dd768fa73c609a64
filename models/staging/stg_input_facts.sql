-- Grain: one row per check of what the rows of an input say, not of their number.
with

events as (

    select
        lower(event_type) as event_type,
        occurred_at
    from {{ ref("precision_marketing", "stg_events_checked") }}
    where row_status = 'kept'

),

event_types as (

    select * from {{ ref("precision_marketing", "stg_event_types") }}

),

event_days as (

    select distinct {{ precision_marketing.shop_day("occurred_at") }} as event_date
    from events

),

gaps as (

    select
        {{ precision_marketing.days_between(
            "cast(lag(event_date) over (order by event_date) as timestamp)",
            "cast(event_date as timestamp)"
        ) }} - 1e0 as day_count
    from event_days

),

longest_gap as (

    select coalesce(max(day_count), 0e0) as day_count from gaps

),

event_facts as (

    select
        count(*) as event_count,
        count(case when event_types.is_target or event_types.is_conversion then 1 end)
            as purchase_count,
        floor({{ precision_marketing.days_between(
            "max(events.occurred_at)",
            precision_marketing.observed_until("max(events.occurred_at)")
        ) }}) as days_since
    from events
    left join event_types on events.event_type = event_types.event_type

),

final as (

    select
        'purchases_missing' as check_name,
        'events' as input_name,
        case when purchase_count = 0 then 1e0 else 0e0 end as measured,
        event_count > 0 as is_judged,
        'none of ' || event_count || ' events is a purchase or another target'
            as finding
    from event_facts
    union all
    select
        'days_without_events' as check_name,
        'events' as input_name,
        greatest(event_facts.days_since, longest_gap.day_count, 0e0) as measured,
        event_facts.event_count > 0 as is_judged,
        cast(greatest(event_facts.days_since, longest_gap.day_count) as bigint)
        || ' days in a row are without an event' as finding
    from event_facts
    cross join longest_gap
    union all
    {{ precision_marketing.request_findings() }}
    union all
    {{ precision_marketing.consent_findings() }}
    union all
    {{ precision_marketing.amount_findings() }}

)

select * from final
