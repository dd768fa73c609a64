-- Grain: one row per row of the input `events`, erased users left out.
{{ config(post_hook=[
    "{{ precision_marketing.mark_repeats('events') }}",
    "{{ precision_marketing.mark_refired_orders() }}",
]) }}
{% set maximum_quantity = precision_marketing.setting(
    "input_checks", "maximum_quantity") %}
{% set maximum_amount = precision_marketing.setting("input_checks", "maximum_amount") %}
with

source as (

    {{ precision_marketing.read_input("events") }}

),

erased_users as (

    {{ precision_marketing.erased_users() }}

),

event_types as (

    select
        event_type,
        is_conversion or revenue_sign < 0 as moves_money
    from {{ ref("precision_marketing", "stg_event_types") }}

),

known_items as (

    select item_id from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept'

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("user_id") }}
            when source.event_type is null
                then 'missing_event_type'
            when source.occurred_at is null
                then 'invalid_occurred_at'
            when source.occurred_at < {{ precision_marketing.earliest_credible_time() }}
                then 'occurred_at_too_early'
            when source.occurred_at > {{ precision_marketing.latest_credible_time() }}
                then 'occurred_at_in_future'
            when event_types.event_type is null
                then 'unknown_event_type'
            when source.quantity is null and source.value_gaps like '%quantity:%'
                then 'invalid_number'
            -- Below 0 an order or a refund says that it goes back: `stg_events`.
            when
                source.quantity = 0
                or (source.quantity < 0 and not event_types.moves_money)
                then 'quantity_not_positive'
            when abs(source.quantity) > {{ maximum_quantity }}
                then 'quantity_above_maximum'
            when source.unit_price < 0
                then 'negative_unit_price'
            when source.quantity * source.unit_price > {{ maximum_amount }}
                then 'amount_above_maximum'
        end as rejection_reason,
        known_items.item_id is null as has_unknown_item
    from source
    left join event_types on lower(source.event_type) = event_types.event_type
    left join known_items on source.item_id = known_items.item_id
    where not {{ precision_marketing.is_erased("source.user_id") }}

),

final as (

    select
        {{ precision_marketing.input_columns("events") }},
        value_gaps,
        rejection_reason,
        has_unknown_item,
        -- By `mark_refired_orders`.
        false as is_refired,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.key_line("events") }} as key_line,
        {{ precision_marketing.row_status("events") }} as row_status
    from checked

)

select * from final
