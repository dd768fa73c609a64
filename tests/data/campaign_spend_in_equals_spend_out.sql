-- What a campaign was billed (else what its touches cost) is what each mart says it
-- spent, to the last digit; unknown stays unknown.
with

bills as (

    select
        campaign_id,
        sum(spend) as spend_amount
    from {{ ref("precision_marketing", "stg_campaign_spend") }}
    group by campaign_id

),

touch_costs as (

    select
        campaign_id,
        sum(cost) as spend_amount
    from {{ ref("precision_marketing", "stg_campaign_touches") }}
    group by campaign_id

),

spend_in as (

    select
        campaigns.campaign_id,
        case
            when bills.campaign_id is not null then bills.spend_amount
            else touch_costs.spend_amount
        end as spend_amount
    from {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
    left join bills on campaigns.campaign_id = bills.campaign_id
    left join touch_costs on campaigns.campaign_id = touch_costs.campaign_id

),

daily as (

    select
        campaign_id,
        sum(spend_amount) as spend_amount
    from {{ ref("precision_marketing", "campaign_daily") }}
    group by campaign_id

),

performance as (

    select
        campaign_id,
        attribution_model,
        sum(spend_amount) as spend_amount
    from {{ ref("precision_marketing", "campaign_performance") }}
    group by campaign_id, attribution_model

)

select
    spend_in.campaign_id,
    performance.attribution_model,
    spend_in.spend_amount as spend_in_amount,
    campaigns.spend_amount as campaigns_amount,
    daily.spend_amount as campaign_daily_amount,
    performance.spend_amount as campaign_performance_amount
from spend_in
full outer join {{ ref("precision_marketing", "campaigns") }} as campaigns
    on spend_in.campaign_id = campaigns.campaign_id
left join daily on spend_in.campaign_id = daily.campaign_id
left join performance on spend_in.campaign_id = performance.campaign_id
where
    spend_in.spend_amount is distinct from campaigns.spend_amount
    or spend_in.spend_amount is distinct from daily.spend_amount
    or spend_in.spend_amount is distinct from performance.spend_amount
    or spend_in.campaign_id is null
    or performance.campaign_id is null
