-- Inputs whose account differs from seeds/expected_row_accounting.csv, either way.
with

found as (

    select
        input_name,
        rows_read,
        rows_kept,
        rows_rejected,
        rows_duplicate,
        rows_erased
    from {{ ref("precision_marketing", "row_accounting") }}

),

expected as (

    select * from {{ ref("expected_row_accounting") }}

),

final as (

    (select * from found except select * from expected)
    union all
    (select * from expected except select * from found)

)

select * from final
