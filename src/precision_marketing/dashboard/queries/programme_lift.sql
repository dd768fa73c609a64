-- What all campaigns bring together, against who is held out of them; so far.
select
    holdout_kind, campaign_id, campaign_name, metric, currency, month_start_date,
    treated_user_count, control_user_count, absolute_lift, absolute_lift_lower,
    absolute_lift_upper, incremental_total, incremental_total_lower, incremental_total_upper
from marts.programme_lift
where is_latest and holdout_kind <> 'assignment'
order by holdout_kind desc, campaign_id, metric, currency
