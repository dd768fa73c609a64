-- Every ranking beside popularity, on held-out behavior, for lists of 10.
select
    scorer, segment, metric, metric_value, interval_lower, interval_upper, popularity_value,
    user_count, is_published
from marts.recommender_quality
where time_window = 'test' and (k = 10 or k is null)
order by metric, segment, metric_value desc, scorer
