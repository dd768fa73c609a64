-- Grain: one row per row of the input `items`.
{{ config(post_hook="{{ precision_marketing.mark_repeats('items') }}") }}
with

source as (

    {{ precision_marketing.read_input("items") }}

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            when source.item_id is null
                then 'missing_item_id'
            when source.has_invalid_number
                then 'invalid_number'
            when source.price < 0
                then 'negative_price'
            when source.has_unreadable_value
                then 'unreadable_value'
        end as rejection_reason
    from source

),

final as (

    select
        {{ precision_marketing.input_columns("items") }},
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("items") }} as row_status
    from checked

)

select * from final
