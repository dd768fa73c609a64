-- Impressions whose logged chance is no probability, or less than one in a million: the
-- policies leave them out. The input is at fault, so the build only warns.
{{ config(severity="warn") }}

select
    touch_id,
    campaign_id,
    propensity
from {{ ref("precision_marketing", "stg_campaign_touches") }}
where
    touch_type = 'impression'
    and propensity is not null
    and (propensity < 1e-6 or propensity > 1e0)
