-- The items most offered, to 10 users or more: what is said of them, and to how many.
select item_title, reason_text, count(distinct user_id) as user_count
from marts.recommendations
group by item_id, item_title, reason_text
having count(distinct user_id) >= 10
order by user_count desc, item_title, reason_text
limit 20
