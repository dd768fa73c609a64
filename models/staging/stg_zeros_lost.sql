-- Grain: one row per input and id that another input has with other zeros in front.
-- Of requests for erasure no id is kept to look for: `stg_zeros_lost_of_requests`.
{% set people = ["users", "campaign_assignments", "campaign_touches"] %}
with

events as (

    select * from {{ ref("precision_marketing", "stg_events_checked") }}
    where row_status = 'kept'

),

named_ids as (

    {% for input_name in people %}
    select distinct
        '{{ input_name }}' as input_name,
        'events' as known_input,
        user_id as named_id
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status = 'kept'
    union all
    {% endfor %}
    select distinct
        'events' as input_name,
        'items' as known_input,
        item_id as named_id
    from events
    where has_unknown_item
    union all
    select distinct
        'campaign_touches' as input_name,
        'items' as known_input,
        item_id as named_id
    from {{ ref("precision_marketing", "stg_campaign_touches_checked") }}
    where row_status = 'kept' and has_unknown_item

),

items as (

    select item_id from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept'

),

-- Few ids begin with 0, and of all others no more than these are looked at.
bare_ids as (

    select {{ precision_marketing.without_zeros("named_id") }} as bare_id
    from named_ids
    where named_id like '0%'
    union
    select {{ precision_marketing.without_zeros("user_id") }} as bare_id
    from events
    where user_id like '0%'
    union
    select {{ precision_marketing.without_zeros("item_id") }} as bare_id
    from items
    where item_id like '0%'

),

known_ids as (

    select distinct
        'events' as known_input,
        user_id as known_id
    from events
    where user_id like '0%' or user_id in (select bare_ids.bare_id from bare_ids)
    union all
    select
        'items' as known_input,
        item_id as known_id
    from items
    where item_id like '0%' or item_id in (select bare_ids.bare_id from bare_ids)

),

final as (

    select
        named_ids.input_name,
        named_ids.known_input,
        named_ids.named_id,
        min(known_ids.known_id) as known_id
    from named_ids
    inner join known_ids
        on named_ids.known_input = known_ids.known_input
        and {{ precision_marketing.without_zeros("named_ids.named_id") }}
        = {{ precision_marketing.without_zeros("known_ids.known_id") }}
    group by named_ids.input_name, named_ids.known_input, named_ids.named_id
    having max(case when known_ids.known_id = named_ids.named_id then 1 else 0 end) = 0

)

select * from final
