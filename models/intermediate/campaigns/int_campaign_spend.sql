-- Grain: one row per campaign, variant, channel and day with known spend.
-- A bill names no variant, so it stands under `(all)` (docs/decisions/0006).
with

spend as (

    select * from {{ ref("precision_marketing", "stg_campaign_spend") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

touch_days as (

    select * from {{ ref("precision_marketing", "int_campaign_touch_days") }}

),

final as (

    select
        spend.campaign_id,
        '(all)' as variant,
        campaigns.channel,
        spend.spend_date,
        'campaign_spend' as spend_source,
        spend.spend as spend_amount
    from spend
    inner join campaigns on spend.campaign_id = campaigns.campaign_id

    union all

    -- A campaign with a bill ignores the costs of its touches: both would count twice.
    select
        campaign_id,
        variant,
        channel,
        activity_date as spend_date,
        'touch_cost' as spend_source,
        cost_amount as spend_amount
    from touch_days
    where
        cost_amount is not null
        and campaign_id not in (select spend.campaign_id from spend)

)

select * from final
