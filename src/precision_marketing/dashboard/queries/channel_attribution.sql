-- What channels brought for their money, by each rule and month.
select
    attribution_model, channel, month_start_date, currency,
    conversion_credit::double as conversion_credit, revenue_amount::double as revenue_amount,
    spend_amount::double as spend_amount
from marts.channel_attribution
order by attribution_model, channel, month_start_date, currency
