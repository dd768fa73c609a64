-- Grain: one row per user and channel of contacts in the days of the frequency caps.
-- What any campaign sent or showed: a cap protects the person.
{% set window_days = precision_marketing.setting(
    "audiences", "frequency_window_days") %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}

),

touches as (

    select
        touches.*,
        coalesce(touches.channel, campaigns.channel) as contact_channel
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on touches.campaign_id = campaigns.campaign_id

),

by_campaign as (

    select
        touches.campaign_id,
        touches.contact_channel as channel,
        touches.user_id,
        count(*) filter (where touches.touch_type = 'send') as send_count,
        count(*) filter (where touches.touch_type = 'delivered') as delivery_count,
        count(*) filter (where touches.touch_type = 'impression') as impression_count
    from touches
    cross join as_of
    where touches.touched_at
        > as_of.as_of_at - {{ window_days }} * interval '1' day
    group by touches.campaign_id, touches.contact_channel, touches.user_id

),

final as (

    select
        user_id,
        channel,
        -- A message has a send, a delivery or both: it is one contact.
        cast(
            sum(greatest(send_count, delivery_count) + impression_count) as bigint
        ) as contact_count
    from by_campaign
    group by user_id, channel

)

select * from final
