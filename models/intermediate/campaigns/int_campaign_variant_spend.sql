-- Grain: one row per campaign and variant of a campaign whose spend is known.
with

shares as (

    select * from {{ ref("precision_marketing", "int_campaign_spend_shares") }}

),

spend as (

    select * from {{ ref("precision_marketing", "int_campaign_spend") }}

),

campaign_bills as (

    select
        campaign_id,
        coalesce(
            sum(case when spend_source = 'campaign_spend' then spend_amount end), 0
        ) as billed_amount
    from spend
    group by campaign_id

),

-- What touches cost is known by variant and stays where it arose.
variant_costs as (

    select
        campaign_id,
        variant,
        sum(spend_amount) as cost_amount
    from spend
    where spend_source = 'touch_cost'
    group by campaign_id, variant

),

{# Running shares are rounded, not the parts: the roundings cancel in the sum. #}
{% set amount = precision_marketing.kind_type("amount") %}
final as (

    select
        shares.campaign_id,
        shares.variant,
        cast(
            {{ precision_marketing.decimal_of(
                "campaign_bills.billed_amount * shares.share_until", amount
            ) }} - {{ precision_marketing.decimal_of(
                "campaign_bills.billed_amount * shares.share_before", amount
            ) }}
            + coalesce(variant_costs.cost_amount, 0)
            as {{ amount }}
        ) as spend_amount
    from shares
    inner join campaign_bills on shares.campaign_id = campaign_bills.campaign_id
    left join variant_costs
        on shares.campaign_id = variant_costs.campaign_id
        and shares.variant = variant_costs.variant

)

select * from final
