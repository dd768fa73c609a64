-- The items that brought most, after what came back.
select
    item_id, item_title, category, view_count, order_count, refund_count,
    recommended_user_count, impression_count, click_count,
    net_revenue_amount::double as net_revenue_amount
from marts.items
where order_count > 0
order by net_revenue_amount desc, item_id
limit 50
