-- Grain: one row per input of the contract, absent ones included.
with

input_rows as (

    -- Counted on the inputs themselves, so that a row lost later cannot hide.
    select * from {{ ref("precision_marketing", "stg_input_rows") }}

),

input_counts as (

    select * from {{ ref("precision_marketing", "stg_input_counts") }}

),

final as (

    select
        input_rows.input_name,
        input_rows.rows_read,
        input_counts.rows_kept,
        input_counts.rows_rejected,
        input_counts.rows_duplicate,
        input_counts.rows_merged,
        input_rows.rows_erased,
        input_counts.key_conflicts,
        input_counts.rows_of_unknown_items,
        input_counts.rows_refired
    from input_rows
    inner join input_counts on input_rows.input_name = input_counts.input_name

)

select * from final
