-- Two wrong claims: an item that was never bought is called bought, and a sentence
-- names an item that the code or `because_item_id` does not know.
with

purchases as (

    select distinct
        events.user_id,
        events.item_id
    from {{ ref("precision_marketing", "stg_events") }} as events
    inner join {{ ref("precision_marketing", "stg_event_types") }} as event_types
        on events.event_type = event_types.event_type
    where event_types.is_conversion

)

select
    recommendations.user_id,
    recommendations.reason_code,
    recommendations.because_item_id,
    recommendations.reason_text
from {{ ref("precision_marketing", "recommendations") }} as recommendations
left join purchases
    on recommendations.user_id = purchases.user_id
    and recommendations.because_item_id = purchases.item_id
where (
    recommendations.reason_code = 'because_you_bought'
    and purchases.item_id is null
)
or (
    recommendations.reason_code = 'because_you_chose'
    and (
        recommendations.because_item_id is null or purchases.item_id is not null
    )
)
or (
    recommendations.reason_text like '%“%'
    and recommendations.because_item_id is null
)
