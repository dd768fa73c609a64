-- Grain: one row per row of the input `items`.
-- Its columns are not known while dbt parses, nor what they read.
-- depends_on: {{ ref("precision_marketing", "availability_words") }}
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
            {{ precision_marketing.id_reasons("item_id") }}
            when source.price < 0
                then 'negative_price'
        end as rejection_reason
    from source

),

final as (

    select
        {{ precision_marketing.input_columns("items") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("items") }} as row_status
    from checked

)

select * from final
