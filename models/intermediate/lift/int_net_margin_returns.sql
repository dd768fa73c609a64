-- Grain: one row per campaign and treated variant with a raw lift of revenue: what its
-- spend brought back after refunds and the costs of goods.
-- The interval is that of the revenue's lift, by the ratio of the standard errors.
with

means as (

    select * from {{ ref("precision_marketing", "int_campaign_net_revenues") }}

),

lifts as (

    select
        lift.campaign_id,
        lift.variant,
        treated.mean - control.mean as net_lift,
        sqrt(
            (treated.squared_error + control.squared_error)
            / nullif(lift.squared_error, 0e0)
        ) as error_ratio,
        lift.absolute_lift - lift.absolute_lift_lower as distance_down,
        lift.absolute_lift_upper - lift.absolute_lift as distance_up,
        lift.treated_user_count * campaigns.unit_margin_rate
        / nullif(cast(spend.spend_amount as double), 0e0) as margin_by_spend
    from {{ ref("precision_marketing", "int_campaign_lift") }} as lift
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on lift.campaign_id = campaigns.campaign_id
    inner join means as treated
        on lift.campaign_id = treated.campaign_id and lift.variant = treated.variant
    inner join means as control
        on lift.campaign_id = control.campaign_id and control.is_control
    inner join {{ ref("precision_marketing", "int_campaign_variant_spend") }} as spend
        on lift.campaign_id = spend.campaign_id and lift.variant = spend.variant
    where
        lift.segment_kind = '(all)' and lift.metric = 'revenue' and lift.method = 'raw'
        and lift.absolute_lift is not null

),

final as (

    select
        campaign_id,
        variant,
        margin_by_spend * net_lift as net_margin_iroas,
        margin_by_spend * (net_lift - error_ratio * distance_down)
            as net_margin_iroas_lower,
        margin_by_spend * (net_lift + error_ratio * distance_up)
            as net_margin_iroas_upper
    from lifts

)

select * from final
