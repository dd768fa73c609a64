-- Grain: one row per channel of a campaign, a touch or a bill, and `(none)`.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

spend as (

    select distinct
        campaign_id,
        lower(channel) as channel
    from {{ ref("precision_marketing", "int_campaign_spend") }}

),

path_touches as (

    select distinct
        campaign_id,
        channel
    from {{ ref("precision_marketing", "int_path_touches") }}

),

removal_effects as (

    select * from {{ ref("precision_marketing", "int_channel_removal_effects") }}

),

campaign_channels as (

    select
        campaign_id,
        lower(channel) as channel
    from campaigns
    union
    select
        campaign_id,
        channel
    from path_touches
    union
    select
        campaign_id,
        channel
    from spend
    union
    select
        cast(null as {{ precision_marketing.kind_type("text") }}) as campaign_id,
        '(none)' as channel

),

billed as (

    select distinct campaign_id from spend

),

channels as (

    select
        campaign_channels.channel,
        count(spend.campaign_id) > 0 as has_known_spend,
        count(campaign_channels.campaign_id) > count(billed.campaign_id)
            as has_unknown_spend
    from campaign_channels
    left join spend
        on campaign_channels.campaign_id = spend.campaign_id
        and campaign_channels.channel = spend.channel
    left join billed
        on campaign_channels.campaign_id = billed.campaign_id
    group by campaign_channels.channel

),

final as (

    select
        channels.channel,
        channels.has_known_spend,
        channels.has_unknown_spend,
        removal_effects.removal_effect,
        removal_effects.revenue_removal_effect,
        coalesce(removal_effects.share_before, 0) as share_before,
        coalesce(removal_effects.share_until, 0) as share_until,
        coalesce(removal_effects.revenue_share_before, 0) as revenue_share_before,
        coalesce(removal_effects.revenue_share_until, 0) as revenue_share_until
    from channels
    left join removal_effects on channels.channel = removal_effects.channel

)

select * from final
