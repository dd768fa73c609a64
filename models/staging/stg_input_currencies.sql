-- Grain: one row per input, campaign and currency of kept amounts.
with

event_types as (

    select * from {{ ref("precision_marketing", "stg_event_types") }}

),

events as (

    select
        events.currency,
        events.unit_price
    from {{ ref("precision_marketing", "stg_events_checked") }} as events
    inner join event_types on lower(events.event_type) = event_types.event_type
    where
        events.row_status = 'kept'
        -- Views in a visitor's own currency are added to nothing.
        and (event_types.is_conversion or event_types.revenue_sign < 0)

),

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

named as (

    select distinct
        'events' as input_name,
        cast(null as {{ precision_marketing.kind_type("text") }}) as campaign_id,
        currency
    from events
    where unit_price is not null and currency is not null
    union all
    select distinct
        'items' as input_name,
        null as campaign_id,
        currency
    from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept' and price is not null and currency is not null
    union all
    select distinct
        'campaigns' as input_name,
        campaign_id,
        currency
    from campaigns
    where currency is not null
    {% for input_name, amount in [
        ("campaign_spend", "spend"), ("campaign_touches", "cost"),
    ] %}
    union all
    select distinct
        '{{ input_name }}' as input_name,
        campaign_id,
        currency
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where
        row_status in ('kept', 'merged')
        and {{ amount }} is not null
        and currency is not null
    {% endfor %}

),

-- A sign that several currencies share is one of them that stands beside it, in the
-- input itself before others.
final as (

    select distinct
        input_name,
        campaign_id,
        case
            {% for sign, codes in precision_marketing.currency_signs().items()
                if codes | length > 1 %}
            {% set code = "min(case when currency in ("
                ~ precision_marketing.text_list(codes) ~ ") then currency end)" %}
            {% set known = "coalesce(" ~ code ~ " over (partition by input_name), "
                ~ code ~ " over (), currency)" %}
            when currency = '{{ sign }}' then {{ known }}
            {% endfor %}
            else currency
        end as currency
    from named

)

select * from final
