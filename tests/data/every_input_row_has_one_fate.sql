-- Inputs whose rows read are not the sum of those kept, rejected, duplicate, merged and
-- erased.
with

row_accounting as (

    select * from {{ ref("precision_marketing", "row_accounting") }}

),

fates as (

    select
        input_name,
        rows_read,
        rows_kept + rows_rejected + rows_duplicate + rows_merged + rows_erased
            as rows_accounted_for
    from row_accounting

),

final as (

    select
        input_name,
        rows_read,
        rows_accounted_for
    from fates
    where rows_read is distinct from rows_accounted_for

)

select * from final
