-- Grain: one row per item of the catalogue.
with

items as (

    select * from {{ ref("precision_marketing", "stg_items") }}

),

{% if precision_marketing.learns_later() %}
first_events as (

    select
        item_id,
        min(occurred_at) as first_event_at
    from {{ ref("precision_marketing", "stg_events") }}
    group by item_id

),

{% endif %}
learned as (

    select
        items.*,
        {{ precision_marketing.is_learned(
            "least(items.published_at, first_events.first_event_at)") }} as is_learned
    from items
    {% if precision_marketing.learns_later() %}
    left join first_events on items.item_id = first_events.item_id
    cross join {{ ref("precision_marketing", "int_time_boundaries") }} as boundaries
    {% endif %}

),

final as (

    select
        -- What is learned from stands first, so that a new item moves none.
        cast(
            row_number() over (order by is_learned desc, item_id) - 1 as integer
        ) as item_index,
        item_id,
        is_learned,
        title,
        description,
        category,
        brand,
        price,
        tags,
        is_available,
        published_at
    from learned

)

select * from final
