-- Figures of all campaigns by last touch: spend of each campaign once, orders of each variant.
with

spend as (

    select currency, count(*) as campaign_count, sum(spend_amount) as spend_amount
    from marts.campaigns
    group by currency

),

earned as (

    select
        currency, sum(conversion_count) as conversion_count,
        sum(revenue_amount) as revenue_amount
    from marts.campaign_daily
    where attribution_model = 'last_touch'
    group by currency

),

works as (

    select currency, count(distinct campaign_id) as works_count
    from marts.campaign_lift
    where is_primary and verdict = 'works'
    group by currency

),

joined as (

    select
        spend.currency, spend.campaign_count::double as campaigns,
        coalesce(works.works_count, 0)::double as campaigns_that_work,
        coalesce(earned.conversion_count, 0)::double as conversions,
        earned.revenue_amount::double as revenue, spend.spend_amount::double as spend
    from spend
    left join earned on spend.currency is not distinct from earned.currency
    left join works on spend.currency is not distinct from works.currency

)

unpivot joined on campaigns, campaigns_that_work, conversions, revenue, spend
into name figure value figure_value
order by currency, figure
