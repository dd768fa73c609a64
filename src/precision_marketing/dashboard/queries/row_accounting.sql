-- What became of every row that was read: the last five counts add up to it.
select
    input_name, rows_read, rows_kept, rows_rejected, rows_duplicate, rows_merged, rows_erased,
    key_conflicts
from marts.row_accounting
order by rows_read desc, input_name
