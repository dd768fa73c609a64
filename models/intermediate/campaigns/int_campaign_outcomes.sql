-- Grain: one row per attribution model, campaign and variant with a conversion.
{% set amount = precision_marketing.kind_type("amount") %}
with

conversions as (

    select
        campaign_conversions.attribution_model,
        campaign_conversions.campaign_id,
        campaign_conversions.variant,
        count(*) as conversion_count,
        count(*) filter (where campaign_conversions.touch_type = 'click')
            as click_conversion_count,
        count(*) filter (where campaign_conversions.touch_type = 'impression')
            as view_conversion_count,
        count(distinct campaign_conversions.user_id) as converting_user_count,
        -- Who came by a click; where no model says by what, who clicked as well.
        count(distinct case
            when
                campaign_users.click_count > 0
                and coalesce(campaign_conversions.touch_type, 'click') = 'click'
                then campaign_conversions.user_id
        end) as clicking_converting_user_count,
        cast(sum(campaign_conversions.revenue_amount) as {{ amount }})
            as revenue_amount
    from {{ ref(
        "precision_marketing", "int_campaign_conversions"
    ) }} as campaign_conversions
    inner join {{ ref("precision_marketing", "int_campaign_users") }} as campaign_users
        on campaign_conversions.campaign_id = campaign_users.campaign_id
        and campaign_conversions.user_id = campaign_users.user_id
    group by
        campaign_conversions.attribution_model,
        campaign_conversions.campaign_id,
        campaign_conversions.variant

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
