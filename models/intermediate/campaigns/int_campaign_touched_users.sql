-- Grain: one row per campaign and user touched by it.
with

touches as (

    select
        *,
        {{ precision_marketing.arm("variant") }} as arm
    from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

channels as (

    select * from {{ ref("precision_marketing", "int_campaign_channels") }}

),

final as (

    select
        touches.campaign_id,
        touches.user_id,
        -- Touches of one user that name two arms: as for two assignments.
        case
            when min(touches.arm) < max(touches.arm) then '(several)'
            else min(touches.variant)
        end as variant,
        coalesce(min(touches.arm) < max(touches.arm), false)
            as is_in_several_arms,
        count(*) filter (where touches.touch_type <> 'conversion') as contact_count,
        count(*) filter (where touches.touch_type = 'send') as send_count,
        count(*) filter (where touches.touch_type = 'delivered') as delivery_count,
        count(*) filter (where touches.touch_type = 'bounce') as bounce_count,
        count(*) filter (where touches.touch_type = 'impression') as impression_count,
        count(*) filter (where touches.touch_type = 'open') as open_count,
        count(*) filter (where touches.touch_type = 'click') as click_count,
        count(*) filter (
            where touches.touch_type = 'click' and channels.logs_impressions
        ) as ctr_click_count,
        count(*) filter (
            where touches.touch_type = 'click' and channels.logs_messages
        ) as message_click_count,
        count(*) filter (where touches.touch_type = 'click' and channels.logs_opens)
            as open_click_count
    from touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    inner join channels
        on touches.campaign_id = channels.campaign_id
        and coalesce(touches.channel, campaigns.channel) = channels.channel
    group by touches.campaign_id, touches.user_id

)

select * from final
