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

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

event_facts as (

    select
        count(*) as event_count,
        count(case when event_types.is_target or event_types.is_conversion then 1 end)
            as purchase_count,
        floor({{ precision_marketing.days_between(
            "max(events.occurred_at)",
            precision_marketing.observed_until("max(events.occurred_at)")
        ) }}) as days_without_events
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
        greatest(days_without_events, 0e0) as measured,
        true as is_judged,
        'the latest event is ' || cast(days_without_events as bigint) || ' days old'
            as finding
    from event_facts
    union all
    select
        'currencies_mixed' as check_name,
        'campaigns' as input_name,
        1e0 * count(distinct upper(currency)) as measured,
        true as is_judged,
        'campaigns are in ' || count(distinct upper(currency)) || ' currencies'
            as finding
    from campaigns
    union all
    select
        'bills_alike' as check_name,
        'campaign_spend' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' rows of spend are equal to another of their day and added to it,'
        || ' since the campaign has days with different bills' as finding
    from {{ ref("precision_marketing", "stg_campaign_spend_checked") }}
    where
        row_status in ('kept', 'merged')
        and whole_row_hash like '%#%'
        and whole_row_hash not like '%#1'

)

select * from final
