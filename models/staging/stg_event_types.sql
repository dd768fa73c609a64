-- Grain: one row per event type that the build understands.
{{ config(materialized="view") }}

with

event_types as (

    select * from {{ ref("precision_marketing", "event_types") }}

),

-- The var `event_types` changes a weight or adds a type of the caller's own.
overrides as (

    {% for event_type, value in precision_marketing.setting("event_types").items() %}
    {% set settings = value if value is mapping else {"weight": value} %}
    select
        {{ precision_marketing.text_literal(event_type | lower) }} as event_type,
        cast({{ settings["weight"] }} as double) as weight,
        cast({{ settings.get("is_target", "null") }} as boolean) as is_target,
        cast({{ settings.get("is_conversion", "null") }} as boolean) as is_conversion
    {% if not loop.last %}union all{% endif %}
    {% else %}
    select
        cast(null as {{ precision_marketing.kind_type("text") }}) as event_type,
        cast(null as double) as weight,
        cast(null as boolean) as is_target,
        cast(null as boolean) as is_conversion
    where 1 = 0
    {% endfor %}

),

final as (

    select
        coalesce(overrides.event_type, event_types.event_type) as event_type,
        coalesce(overrides.weight, event_types.weight) as weight,
        coalesce(overrides.is_target, event_types.is_target, false) as is_target,
        coalesce(overrides.is_conversion, event_types.is_conversion, false)
            as is_conversion,
        coalesce(event_types.revenue_sign, 1) as revenue_sign
    from event_types
    full outer join overrides on event_types.event_type = overrides.event_type

)

select * from final
