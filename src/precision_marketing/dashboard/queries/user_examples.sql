-- The first three recommendations of ten users. Only where users were asked for.
select user_id, recommendation_rank, item_title, winning_scorer, reason_text
from marts.recommendations
where
    recommendation_rank <= 3
    and user_id in (select distinct user_id from marts.recommendations order by user_id limit 10)
order by user_id, recommendation_rank
