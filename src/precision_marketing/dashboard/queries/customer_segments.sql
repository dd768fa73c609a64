-- Customers of each segment and what they spent.
select
    segment, count(*) as user_count, sum(revenue_amount)::double as revenue_amount,
    median(recency_days) as median_recency_days
from marts.customer_segments
group by segment
order by user_count desc, segment
