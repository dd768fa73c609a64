-- Promise 4: no item that is unavailable, nor under `new` one that the user has. Asked
-- of the cleaned events themselves, not of the matrix that the scorers used.
select
    recommendations.user_id,
    recommendations.item_id
from {{ ref("precision_marketing", "recommendations") }} as recommendations
left join {{ ref("precision_marketing", "stg_items") }} as items
    on recommendations.item_id = items.item_id
left join {{ ref("precision_marketing", "int_events") }} as events
    on recommendations.user_id = events.user_id
    and recommendations.item_id = events.item_id
    and events.is_target
where items.item_id is null
    or not items.is_available
    {% if precision_marketing.setting("recommendations", "target") == "new" %}
    or events.event_id is not null
    {% endif %}
