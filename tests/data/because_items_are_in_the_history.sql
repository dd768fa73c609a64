-- A reason names only what the user really touched.
select
    recommendations.user_id,
    recommendations.because_item_id
from {{ ref("precision_marketing", "recommendations") }} as recommendations
left join {{ ref("precision_marketing", "stg_events") }} as events
    on recommendations.user_id = events.user_id
    and recommendations.because_item_id = events.item_id
where recommendations.because_item_id is not null
    and events.event_id is null
