-- Grain: one row per channel of a campaign and user contacted in the days of the caps.
-- What any campaign of any channel sent or showed: a cap protects the person. A channel
-- may have a cap of its own besides.
{% set window_days = precision_marketing.setting(
    "audiences", "frequency_window_days") %}
{% set frequency_cap = precision_marketing.setting("audiences", "frequency_cap") %}
{% set channel_caps = precision_marketing.setting(
    "audiences", "channel_frequency_caps") %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

by_campaign as (

    select
        touches.campaign_id,
        touches.user_id,
        coalesce(touches.channel, campaigns.channel) as channel,
        count(*) filter (where touches.touch_type = 'send') as send_count,
        count(*) filter (where touches.touch_type = 'delivered') as delivery_count,
        count(*) filter (where touches.touch_type = 'impression') as impression_count
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    cross join as_of
    where touches.touched_at
        > as_of.as_of_at - {{ window_days }} * interval '1' day
    group by
        touches.campaign_id,
        touches.user_id,
        coalesce(touches.channel, campaigns.channel)

),

channels as (

    select distinct channel from campaigns

),

counts as (

    select
        channels.channel,
        by_campaign.user_id,
        -- A message has a send, a delivery or both: it is one contact.
        sum(
            greatest(by_campaign.send_count, by_campaign.delivery_count)
            + by_campaign.impression_count
        ) as contact_count,
        coalesce(sum(
            greatest(by_campaign.send_count, by_campaign.delivery_count)
            + by_campaign.impression_count
        ) filter (where by_campaign.channel = channels.channel), 0)
            as channel_contact_count
    from by_campaign
    cross join channels
    group by channels.channel, by_campaign.user_id

),

final as (

    select
        channel,
        user_id,
        cast(contact_count as bigint) as contact_count,
        contact_count >= {{ frequency_cap }}
        or {{ precision_marketing.is_channel_capped(
            channel_caps, "channel", "channel_contact_count"
        ) }} as is_capped
    from counts

)

select * from final
