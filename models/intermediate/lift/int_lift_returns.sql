-- Grain: one row per campaign, treated variant, metric and method: what the effect came
-- to in all, by what was spent on it.
with

lift as (

    select * from {{ ref("precision_marketing", "int_campaign_lift") }}
    where segment_kind = '(all)'

),

-- Effect per user times the users who were assigned to it.
incremental as (

    select
        lift.campaign_id,
        lift.variant,
        lift.metric,
        lift.method,
        lift.absolute_lift * lift.treated_user_count as incremental_total,
        lift.absolute_lift_lower * lift.treated_user_count as incremental_total_lower,
        lift.absolute_lift_upper * lift.treated_user_count as incremental_total_upper,
        spend.spend_amount,
        case
            when lift.metric = 'revenue' then cast(spend.spend_amount as double)
        end as revenue_spend,
        case
            when lift.metric = 'conversion'
                then cast(spend.spend_amount as double)
        end as conversion_spend
    from lift
    left join {{ ref("precision_marketing", "int_campaign_variant_spend") }} as spend
        on lift.campaign_id = spend.campaign_id
        and lift.variant = spend.variant

),

final as (

    select
        incremental.campaign_id,
        incremental.variant,
        incremental.metric,
        incremental.method,
        incremental.incremental_total,
        incremental.incremental_total_lower,
        incremental.incremental_total_upper,
        incremental.spend_amount,
        incremental.incremental_total / nullif(incremental.revenue_spend, 0e0) as iroas,
        incremental.incremental_total_lower / nullif(incremental.revenue_spend, 0e0)
            as iroas_lower,
        incremental.incremental_total_upper / nullif(incremental.revenue_spend, 0e0)
            as iroas_upper,
        net_returns.net_margin_iroas,
        net_returns.net_margin_iroas_lower,
        net_returns.net_margin_iroas_upper,
        -- Null where nothing was won: there is no price of a customer lost.
        case
            when incremental.incremental_total > 0
                then incremental.conversion_spend / incremental.incremental_total
        end as icpa,
        case
            when incremental.incremental_total_upper > 0
                then incremental.conversion_spend / incremental.incremental_total_upper
        end as icpa_lower,
        case
            when incremental.incremental_total_lower > 0
                then incremental.conversion_spend / incremental.incremental_total_lower
        end as icpa_upper
    from incremental
    left join {{ ref("precision_marketing", "int_net_margin_returns") }} as net_returns
        on incremental.campaign_id = net_returns.campaign_id
        and incremental.variant = net_returns.variant
        and incremental.metric = 'revenue' and incremental.method = 'raw'

)

select * from final
