-- Grain: one row per sound event, with matrix positions, weight, revenue, time slice.
-- Of an item that the catalogue lacks `item_index` is null: the order happened all the
-- same, but nothing that recommends can learn from it.
{% do precision_marketing.wait_for_checks() %}
{% set test_starts_at = precision_marketing.day_start(
    "boundaries.test_labels_start_on") %}
{% set learned_until = precision_marketing.day_start("boundaries.learned_before") %}
{% set train_starts_at = precision_marketing.day_start(
    "boundaries.train_labels_start_on") %}
with

events as (

    select * from {{ ref("precision_marketing", "stg_events") }}

),

event_types as (

    select * from {{ ref("precision_marketing", "int_event_types") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

boundaries as (

    select * from {{ ref("precision_marketing", "int_time_boundaries") }}

),

held_out_items as (

    select * from {{ ref("precision_marketing", "int_held_out_items") }}

),

final as (

    select
        events.event_id,
        events.user_id,
        users.user_index,
        events.item_id,
        items.item_index,
        events.event_type,
        events.occurred_at,
        events.quantity,
        events.unit_price,
        events.rating,
        events.review_text,
        events.session_id,
        events.order_id,
        events.recommendation_id,
        event_types.weight,
        event_types.is_target,
        event_types.is_conversion,
        event_types.revenue_sign < 0 as is_refund,
        {{ precision_marketing.decimal_of(
            "coalesce(events.quantity, 1e0) * events.unit_price"
            ~ " * event_types.revenue_sign",
            precision_marketing.kind_type("amount")
        ) }} as revenue_amount,
        -- 0: history of every window; 1: label of train; 2: label of test; 3: too new
        -- to be learned from.
        case
            when events.occurred_at >= {{ learned_until }} then 3
            when events.occurred_at >= {{ test_starts_at }} then 2
            when held_out_items.time_slice is not null then held_out_items.time_slice
            when events.occurred_at >= {{ train_starts_at }} then 1
            else 0
        end as time_slice
    from events
    inner join event_types on events.event_type = event_types.event_type
    inner join users on events.user_id = users.user_id
    left join items on events.item_id = items.item_id
    cross join boundaries
    left join held_out_items
        on events.user_id = held_out_items.user_id
        and events.item_id = held_out_items.item_id

)

select * from final
