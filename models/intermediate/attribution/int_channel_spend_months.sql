-- Grain: one row per channel and month with known spend.
with

spend as (

    select * from {{ ref("precision_marketing", "int_campaign_spend") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

final as (

    select
        lower(spend.channel) as channel,
        {{ precision_marketing.month_start("spend.spend_date") }} as month_start_date,
        sum(spend.spend_amount) as spend_amount,
        count(distinct coalesce(campaigns.currency, '')) as currency_count,
        min(campaigns.currency) as currency
    from spend
    inner join campaigns on spend.campaign_id = campaigns.campaign_id
    group by
        lower(spend.channel),
        {{ precision_marketing.month_start("spend.spend_date") }}

)

select * from final
