-- What became of each audience's candidates, and what the rest is worth.
select
    campaign_id, currency, candidate_user_count, erased_user_count, no_consent_user_count,
    bounced_or_complained_user_count, not_addressed_user_count, recent_buyer_user_count,
    cap_reached_user_count, global_holdout_user_count, campaign_holdout_user_count,
    former_control_user_count, eligible_user_count,
    worthwhile_user_count, mean_propensity, base_rate, top_decile_lift, expected_value_amount,
    expected_value_lower_amount, expected_value_upper_amount
from marts.audience_summary
order by campaign_id
