-- Values that could not be read or believed.
select input_name, column_name, gap_reason, row_count
from marts.value_gaps
order by row_count desc, input_name, column_name, gap_reason
