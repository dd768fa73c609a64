-- Users at each step, rates with their 95 % intervals, costs and return.
select
    campaign_id, variant, attribution_model, is_control, currency, assigned_user_count,
    contacted_user_count, reached_user_count, opening_user_count, clicking_user_count,
    clicking_converting_user_count, converting_user_count, impression_count, conversion_count,
    revenue_amount::double as revenue_amount, spend_amount::double as spend_amount,
    ctr, ctr_lower, ctr_upper, user_cvr, user_cvr_lower, user_cvr_upper, email_click_rate,
    email_click_rate_lower, email_click_rate_upper, cpc, cpa, roas
from marts.campaign_performance
order by campaign_id, variant, attribution_model
