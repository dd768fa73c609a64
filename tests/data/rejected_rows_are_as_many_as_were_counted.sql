-- Inputs whose rejected rows are not all listed, or more than once.
with

row_accounting as (

    select * from {{ ref("precision_marketing", "row_accounting") }}

),

listed as (

    select
        input_name,
        count(*) as rows_listed
    from {{ ref("precision_marketing", "rejected_rows") }}
    group by input_name

),

final as (

    select
        row_accounting.input_name,
        row_accounting.rows_rejected,
        listed.rows_listed
    from row_accounting
    full outer join listed on row_accounting.input_name = listed.input_name
    where
        coalesce(row_accounting.rows_rejected, -1) <> coalesce(listed.rows_listed, 0)

)

select * from final
