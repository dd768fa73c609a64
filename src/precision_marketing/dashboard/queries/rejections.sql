-- Why rows were rejected.
select input_name, rejection_reason, count(*) as row_count
from marts.rejected_rows
group by input_name, rejection_reason
order by row_count desc, input_name, rejection_reason
