-- What ran, who was assigned and contacted, and what it cost.
select
    campaign_id, campaign_name, channel, objective, started_at, ended_at, currency, has_control,
    assigned_user_count, control_user_count, contacted_user_count, spend_amount::double as spend_amount
from marts.campaigns
order by started_at desc, campaign_id
