-- Which recommendations are clicked and bought, by rank and channel.
select
    recommendation_rank, channel, scorer, reason_code, recommendation_count, impression_count,
    click_count, conversion_count, ctr, ctr_lower, ctr_upper, user_cvr, user_cvr_lower,
    user_cvr_upper
from marts.recommendation_feedback
order by recommendation_count desc, scorer, reason_code, recommendation_rank, channel
