-- The 50 ways that most orders came.
select
    path, step_count, conversion_count, unconverted_user_count, converted_path_share,
    revenue_amount::double as revenue_amount, average_days_to_conversion
from marts.conversion_paths
order by conversion_count desc, path
limit 50
