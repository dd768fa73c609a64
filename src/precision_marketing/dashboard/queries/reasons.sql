-- What is said of the recommendations, and by which ranking they came.
select
    reason_code, winning_scorer, count(*) as recommendation_count,
    count(distinct item_id) as item_count
from marts.recommendations
group by reason_code, winning_scorer
order by recommendation_count desc, reason_code, winning_scorer
