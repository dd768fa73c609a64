-- Grain: one row per touch or event that carries a recommendation_id and is counted.
with

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

final as (

    select
        'touch' as contact_source,
        touches.touch_id as contact_id,
        touches.user_id,
        touches.recommendation_id,
        touches.touch_type as contact_type,
        touches.touched_at as happened_at,
        coalesce(touches.channel, campaigns.channel) as channel,
        touches.position,
        cast(null as {{ precision_marketing.kind_type("text") }}) as conversion_key,
        cast(null as {{ precision_marketing.kind_type("amount") }}) as revenue_amount
    from touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    where
        touches.recommendation_id is not null
        and touches.touch_type in ('impression', 'click')

    union all

    select
        'event' as contact_source,
        event_id as contact_id,
        user_id,
        recommendation_id,
        case when is_conversion then 'conversion' else event_type end as contact_type,
        occurred_at as happened_at,
        cast(null as {{ precision_marketing.kind_type("text") }}) as channel,
        cast(null as integer) as position,
        -- Two lines of one order are one conversion.
        case when is_conversion then coalesce('o' || order_id, 'e' || event_id) end
            as conversion_key,
        case when is_conversion then revenue_amount end as revenue_amount
    from events
    where
        recommendation_id is not null
        and (is_conversion or event_type in ('impression', 'click', 'view'))

)

select * from final
