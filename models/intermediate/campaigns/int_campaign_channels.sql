-- Grain: one row per campaign and channel of its touches: what the channel logs.
-- A rate divides by what a channel logs; clicks of one that does not are not its.
with

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

final as (

    select
        touches.campaign_id,
        coalesce(touches.channel, campaigns.channel) as channel,
        count(*) filter (where touches.touch_type = 'impression') > 0
            as logs_impressions,
        count(*) filter (where touches.touch_type in ('send', 'delivered')) > 0
            as logs_messages,
        count(*) filter (where touches.touch_type = 'open') > 0 as logs_opens
    from touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    group by touches.campaign_id, coalesce(touches.channel, campaigns.channel)

)

select * from final
