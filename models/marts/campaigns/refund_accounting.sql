-- Grain: one row per way a refund finds its order and whether a campaign had it.
with

refunds as (

    select * from {{ ref("precision_marketing", "int_refunds") }}

),

campaign_refunds as (

    select
        refund_id,
        conversion_id
    from {{ ref("precision_marketing", "int_campaign_refunds") }}

),

final as (

    select
        refunds.order_match,
        campaign_refunds.refund_id is not null as has_campaign,
        count(*) as refund_count,
        count(*) filter (where refunds.refund_amount is null) as unpriced_refund_count,
        cast(
            sum(refunds.refund_amount)
            as {{ precision_marketing.kind_type("amount") }}
        ) as refund_amount
    from refunds
    left join campaign_refunds
        on refunds.refund_id = campaign_refunds.refund_id
        and refunds.conversion_id = campaign_refunds.conversion_id
    group by refunds.order_match, campaign_refunds.refund_id is not null

)

select * from final
