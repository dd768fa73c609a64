-- Where a campaign has one treated variant, its audience's lifts are the raw ones of
-- campaign_lift, and what its users are worth in all is the margin on the incremental
-- revenue less the spend: two ways to one number, to 1e-9 a user. What is broken there
-- is not used here.
with

lift as (

    select
        *,
        count(*) over (partition by campaign_id, metric) as variant_count
    from {{ ref("precision_marketing", "campaign_lift") }}
    where method = 'raw' and metric in ('conversion', 'revenue')

),

lifts as (

    select
        summary.campaign_id,
        summary.value_basis,
        lift.metric,
        lift.verdict,
        lift.absolute_lift,
        lift.absolute_lift_lower,
        lift.absolute_lift_upper,
        case lift.metric
            when 'conversion' then summary.uplift else summary.revenue_lift_amount
        end as audience_lift,
        case lift.metric
            when 'conversion' then summary.uplift_lower
            else summary.revenue_lift_lower_amount
        end as audience_lift_lower,
        case lift.metric
            when 'conversion' then summary.uplift_upper
            else summary.revenue_lift_upper_amount
        end as audience_lift_upper,
        lift.treated_user_count,
        lift.incremental_total * campaigns.unit_margin_rate
        - lift.spend_amount as profit,
        summary.expected_value_amount / nullif(summary.eligible_user_count, 0)
        * lift.treated_user_count as audience_profit
    from {{ ref("precision_marketing", "audience_summary") }} as summary
    full outer join lift on summary.campaign_id = lift.campaign_id
    left join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on lift.campaign_id = campaigns.campaign_id
    where coalesce(lift.variant_count, 1) = 1

)

select * from lifts
where
    (
        verdict <> 'broken' and absolute_lift_lower is not null
        and not coalesce(
            abs(audience_lift - absolute_lift) <= 1e-9
            and abs(audience_lift_lower - absolute_lift_lower) <= 1e-9
            and abs(audience_lift_upper - absolute_lift_upper) <= 1e-9, false
        )
    )
    or (
        coalesce(verdict = 'broken' or absolute_lift is null, true)
        and (audience_lift is not null or value_basis <> 'propensity')
        and metric = 'conversion'
    )
    or (
        metric = 'revenue' and value_basis = 'revenue_lift'
        -- The values of users are added to nine decimals each, in a large shop many.
        and abs(profit - audience_profit) > 1e-6 + 1e-9 * treated_user_count
    )
