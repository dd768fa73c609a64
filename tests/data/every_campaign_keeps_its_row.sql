-- A campaign without touches, conversions or spend is still in the marts.
select campaigns.campaign_id
from {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
left join {{ ref("precision_marketing", "campaigns") }} as mart
    on campaigns.campaign_id = mart.campaign_id
left join {{ ref("precision_marketing", "campaign_performance") }} as performance
    on campaigns.campaign_id = performance.campaign_id
    and performance.attribution_model = 'last_touch'
    and not performance.is_control
where mart.campaign_id is null or performance.campaign_id is null
