-- Effect against the holdout, with interval, verdict and what guards it.
select
    campaign_id, variant, metric, method, currency, is_primary, verdict, treated_user_count,
    control_user_count, absolute_lift, absolute_lift_lower, absolute_lift_upper, relative_lift,
    relative_lift_lower, relative_lift_upper, p_value, incremental_total,
    incremental_total_lower, incremental_total_upper, spend_amount::double as spend_amount, iroas,
    iroas_lower, iroas_upper, has_sample_ratio_mismatch, has_history_mismatch, split_status,
    interim_verdict, elapsed_share
from marts.campaign_lift
where method = 'raw'
order by campaign_id, variant, metric
