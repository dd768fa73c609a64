-- Expected and seen share of buyers in each tenth of an audience.
select
    campaign_id, propensity_decile, scored_user_count, mean_propensity, buyer_rate,
    buyer_rate_lower, buyer_rate_upper, is_as_foretold
from marts.propensity_calibration
order by campaign_id, propensity_decile
