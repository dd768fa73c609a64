{# After `mark_repeats`: lines of an order that were sent again under another event
   id, as a reloaded page does. Equal lines at one instant are a basket with two of them;
   the same line at a later time is the same order. They are counted, and duplicates with
   `input_checks: {drop_refired_orders: true}`. Searched among orders of several times. #}
{% macro mark_refired_orders() %}
    update {{ this }} set
        is_refired = true
        {% if precision_marketing.setting("input_checks", "drop_refired_orders") %}
        , row_status = 'duplicate'
        {% endif %}
    where row_status = 'kept' and (event_id, coalesce(key_line, 0)) in (
        select (events.event_id, coalesce(events.key_line, 0))
        from {{ this }} as events
        inner join {{ ref("precision_marketing", "stg_event_types") }} as event_types
            on lower(events.event_type) = event_types.event_type
        where event_types.is_conversion
            and events.row_status = 'kept'
            and coalesce(events.quantity, 1e0) > 0
            and (events.user_id, events.order_id) in (
                select (user_id, order_id) from {{ this }}
                where row_status = 'kept' and order_id is not null
                group by user_id, order_id
                having min(occurred_at) < max(occurred_at)
            )
        qualify events.occurred_at > min(events.occurred_at) over (
            partition by events.user_id, events.order_id, event_types.event_type,
                events.item_id, events.quantity, events.unit_price
        )
    )
{% endmacro %}
