-- How much of what is attributed would not have come anyway.
select
    channel, attribution_model, attributed_conversions, incremental_conversions,
    incrementality_factor, incrementality_factor_lower, incrementality_factor_upper, roas,
    calibrated_roas, calibrated_roas_lower, calibrated_roas_upper
from marts.incrementality_factors
where level = 'channel'
order by channel, attribution_model
