-- What a channel's money brought, by last touch and by the holdouts.
select
    channel, currency, campaign_count, compared_campaign_count, conversion_count,
    spend_amount::double as spend_amount, revenue_amount::double as revenue_amount,
    compared_roas, iroas, iroas_lower, iroas_upper
from marts.channel_performance
where attribution_model = 'last_touch'
order by channel, currency
