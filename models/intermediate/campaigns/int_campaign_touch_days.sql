-- Grain: one row per campaign, variant, channel and day with a touch.
with

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaign_users as (

    select * from {{ ref("precision_marketing", "int_campaign_users") }}

),

channels as (

    select * from {{ ref("precision_marketing", "int_campaign_channels") }}

),

-- A message bounces once: what its user's log has more takes back no other message.
undelivered as (

    select touches.touch_id
    from touches
    inner join campaign_users
        on touches.campaign_id = campaign_users.campaign_id
        and touches.user_id = campaign_users.user_id
    where touches.touch_type = 'bounce'
    qualify row_number() over (
            partition by touches.campaign_id, touches.user_id
            order by touches.touched_at, touches.touch_id
        ) <= campaign_users.send_count

),

-- One row per touch, under its user's one variant.
placed_touches as (

    select
        touches.campaign_id,
        campaign_users.variant,
        coalesce(touches.channel, campaigns.channel) as channel,
        {{ precision_marketing.shop_day("touches.touched_at") }} as activity_date,
        touches.touch_type,
        channels.logs_impressions,
        campaign_users.send_count > 0 as has_send,
        undelivered.touch_id is not null as is_undelivered,
        touches.cost
    from touches
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    inner join campaign_users
        on touches.campaign_id = campaign_users.campaign_id
        and touches.user_id = campaign_users.user_id
    inner join channels
        on touches.campaign_id = channels.campaign_id
        and coalesce(touches.channel, campaigns.channel) = channels.channel
    left join undelivered on touches.touch_id = undelivered.touch_id

),

final as (

    select
        campaign_id,
        variant,
        channel,
        activity_date,
        count(*) filter (where touch_type = 'send') as send_count,
        -- As in int_campaign_users: sends less bounces, or deliveries without a send.
        count(*) filter (where touch_type = 'send')
        - count(*) filter (where is_undelivered)
        + count(*) filter (where touch_type = 'delivered' and not has_send)
            as delivered_count,
        count(*) filter (where touch_type = 'bounce') as bounce_count,
        count(*) filter (where touch_type = 'impression') as impression_count,
        count(*) filter (where touch_type = 'open') as open_count,
        count(*) filter (where touch_type = 'click') as click_count,
        count(*) filter (where touch_type = 'click' and logs_impressions)
            as ctr_click_count,
        count(*) filter (where touch_type = 'unsubscribe') as unsubscribe_count,
        count(*) filter (where touch_type = 'complaint') as complaint_count,
        -- Null where no touch says what it cost.
        cast(
            sum(cost) as {{ precision_marketing.kind_type("amount") }}
        ) as cost_amount
    from placed_touches
    group by
        campaign_id,
        variant,
        channel,
        activity_date

)

select * from final
