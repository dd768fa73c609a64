-- Do customers come again? By the month of their first order, whole months only.
select cohort_start_date, months_since, cohort_user_count, active_user_count, retention_rate
from marts.cohort_retention
where is_whole_month
order by cohort_start_date, months_since
