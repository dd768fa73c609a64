{# After `mark_repeats`: lines of an order that were sent again under another event
   id, as a reloaded page does. Equal lines at one instant are a basket with two of them;
   the same line at a later time is the same order. They are counted, and duplicates with
   `input_checks: {drop_refired_orders: true}`. Searched among orders of several times. #}
{% macro mark_refired_orders() %}
    {{ return(adapter.dispatch("mark_refired_orders", "precision_marketing")()) }}
{% endmacro %}

{% macro default__mark_refired_orders() %}
    update {{ this }} set
        is_refired = true
        {% if precision_marketing.setting("input_checks", "drop_refired_orders") %}
        , row_status = 'duplicate'
        {% endif %}
    where row_status = 'kept' and (event_id, coalesce(key_line, 0)) in (
        select (event_id, line) from ({{ precision_marketing.refired_orders() }})
    )
{% endmacro %}

{# Parquet is not updated: the table is made anew. #}
{% macro spark__mark_refired_orders() %}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(this) %}
        {% do columns.append(
            "refired.event_id is not null as is_refired" if column.name == "is_refired"
            else "case when refired.event_id is not null then 'duplicate' else"
                ~ " checked.row_status end as row_status"
                if column.name == "row_status" and precision_marketing.setting(
                    "input_checks", "drop_refired_orders")
            else "checked." ~ column.name) %}
    {% endfor %}
    {% do precision_marketing.make_anew(this, "select " ~ columns | join(", ") ~ " from "
        ~ this ~ " as checked left join (select distinct event_id, line from ("
        ~ precision_marketing.refired_orders() ~ ")) as refired on checked.row_status ="
        ~ " 'kept' and checked.event_id = refired.event_id and coalesce("
        ~ "checked.key_line, 0) = refired.line") %}
    {{ return("select 1") }}
{% endmacro %}


{# The id and line of each. #}
{% macro refired_orders() %}
    select
        events.event_id,
        coalesce(events.key_line, 0) as line
    from {{ this }} as events
    inner join {{ ref("precision_marketing", "stg_event_types") }} as event_types
        on lower(events.event_type) = event_types.event_type
    where event_types.is_conversion
        and events.row_status = 'kept'
        and coalesce(events.quantity, 1e0) > 0
        and (events.user_id, events.order_id) in (
            select user_id, order_id from {{ this }}
            where row_status = 'kept' and order_id is not null
            group by user_id, order_id
            having min(occurred_at) < max(occurred_at)
        )
    qualify events.occurred_at > min(events.occurred_at) over (
        partition by events.user_id, events.order_id, event_types.event_type,
            events.item_id, events.quantity, events.unit_price
    )
{% endmacro %}
