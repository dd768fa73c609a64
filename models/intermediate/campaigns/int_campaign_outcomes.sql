-- Grain: one row per attribution model, campaign and variant with a conversion.
{% set amount = precision_marketing.kind_type("amount") %}
with

campaign_conversions as (

    select * from {{ ref("precision_marketing", "int_campaign_conversions") }}

),

conversions as (

    select
        attribution_model,
        campaign_id,
        variant,
        count(*) as conversion_count,
        count(*) filter (where touch_type = 'click') as click_conversion_count,
        count(*) filter (where touch_type = 'impression') as view_conversion_count,
        count(distinct user_id) as converting_user_count,
        cast(sum(revenue_amount) as {{ amount }}) as revenue_amount
    from campaign_conversions
    group by attribution_model, campaign_id, variant

),

refunds as (

    select
        campaign_id,
        variant,
        count(*) as refund_count,
        cast(sum(refund_amount) as {{ amount }}) as refund_amount
    from {{ ref("precision_marketing", "int_campaign_refunds") }}
    group by campaign_id, variant

),

-- A refund takes back an order of the same campaign and variant: no row without one.
final as (

    select
        conversions.*,
        coalesce(refunds.refund_count, 0) as refund_count,
        -- Nothing came back: zero. Something did, at prices nobody gave: unknown.
        case
            when refunds.refund_count > 0 then refunds.refund_amount
            when conversions.attribution_model = 'last_touch' then 0
        end as refund_amount
    from conversions
    left join refunds
        on conversions.campaign_id = refunds.campaign_id
        and conversions.variant = refunds.variant
        and conversions.attribution_model = 'last_touch'

)

select * from final
