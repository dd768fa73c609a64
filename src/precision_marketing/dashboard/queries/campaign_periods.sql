-- Counts by campaign and {step}; conversions and revenue by last touch.
select
    campaign_id, date_trunc('{step}', activity_date)::date as period_start_date,
    sum(impression_count) as impression_count, sum(click_count) as click_count,
    sum(ctr_click_count) as ctr_click_count, sum(conversion_count) as conversion_count,
    sum(click_conversion_count) as click_conversion_count,
    sum(revenue_amount)::double as revenue_amount, sum(spend_amount)::double as spend_amount
from marts.campaign_daily
where attribution_model = 'last_touch'
group by campaign_id, period_start_date
order by campaign_id, period_start_date
