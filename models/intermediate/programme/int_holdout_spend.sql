-- Grain: one row per holdout and month with known spend: all of it since the start.
-- Of the programme that of all campaigns, if they have one currency.
with

arm_months as (

    select * from {{ ref("precision_marketing", "int_holdout_arm_months") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

months as (

    select distinct
        holdout_kind,
        campaign_id,
        month_start_date
    from arm_months

),

starts as (

    select
        holdout_kind,
        campaign_id,
        {{ precision_marketing.shop_day("min(measured_from)") }} as start_date
    from {{ ref("precision_marketing", "int_holdout_users") }}
    group by holdout_kind, campaign_id

),

final as (

    select
        months.holdout_kind,
        months.campaign_id,
        months.month_start_date,
        cast(sum(spend.spend_amount) as double) as spend
    from months
    inner join starts
        on months.holdout_kind = starts.holdout_kind
        and months.campaign_id = starts.campaign_id
    inner join {{ ref("precision_marketing", "int_campaign_spend") }} as spend
        on months.campaign_id in (spend.campaign_id, '(all)')
        and spend.spend_date >= coalesce(starts.start_date, spend.spend_date)
        and {{ precision_marketing.month_start("spend.spend_date") }}
        <= months.month_start_date
    inner join campaigns on spend.campaign_id = campaigns.campaign_id
    group by months.holdout_kind, months.campaign_id, months.month_start_date
    having count(distinct coalesce(campaigns.currency, '')) = 1

)

select * from final
