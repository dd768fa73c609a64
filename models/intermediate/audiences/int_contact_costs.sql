-- Grain: one row per campaign: what it costs to contact one of its users.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

spend as (

    select
        campaign_id,
        sum(spend_amount) as spend_amount
    from {{ ref("precision_marketing", "int_campaign_spend") }}
    group by campaign_id

),

contacts as (

    select
        campaign_id,
        sum(contacted_user_count) as contacted_user_count
    from {{ ref("precision_marketing", "int_campaign_variants") }}
    group by campaign_id

),

known as (

    select
        campaigns.campaign_id,
        campaigns.channel,
        case when contacts.contacted_user_count > 0 then spend.spend_amount end
            as spend_amount,
        case when spend.spend_amount is not null then contacts.contacted_user_count end
            as contacted_user_count
    from campaigns
    inner join contacts on campaigns.campaign_id = contacts.campaign_id
    left join spend on campaigns.campaign_id = spend.campaign_id

),

costs as (

    select
        campaign_id,
        1e0 * spend_amount / nullif(contacted_user_count, 0) as own_cost,
        1e0 * sum(spend_amount) over (partition by channel)
        / nullif(sum(contacted_user_count) over (partition by channel), 0)
            as channel_cost
    from known

),

final as (

    select
        campaign_id,
        coalesce(own_cost, channel_cost) as contact_cost,
        case
            when own_cost is not null then 'campaign'
            when channel_cost is not null then 'channel'
            else 'unknown'
        end as contact_cost_basis
    from costs

)

select * from final
