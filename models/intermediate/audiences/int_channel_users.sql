-- Grain: one row per channel of a campaign and user: may the user be asked there.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

channels as (

    select distinct
        channel,
        channel in ('email', 'e-mail', '(unknown)') as needs_email_consent,
        channel not in ('email', 'e-mail') as needs_ads_consent
    from campaigns

),

refusals as (

    select
        coalesce(touches.channel, campaigns.channel) as channel,
        touches.user_id,
        max(case when touches.touch_type = 'unsubscribe' then 1 else 0 end)
            as has_unsubscribed,
        max(case when touches.touch_type <> 'unsubscribe' then 1 else 0 end)
            as has_bounced_or_complained
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    where touches.touch_type in ('bounce', 'complaint', 'unsubscribe')
    group by coalesce(touches.channel, campaigns.channel), touches.user_id

),

final as (

    select
        channels.channel,
        users.user_index,
        users.user_id,
        -- A personal ranking is profiling, whatever the channel; who unsubscribes
        -- takes the channel's consent back.
        users.has_profiling_consent
        and (users.has_email_consent or not channels.needs_email_consent)
        and (users.has_ads_consent or not channels.needs_ads_consent)
        and coalesce(refusals.has_unsubscribed, 0) = 0 as has_consent,
        coalesce(refusals.has_bounced_or_complained, 0) = 1
            as has_bounced_or_complained
    from channels
    cross join users
    left join refusals
        on channels.channel = refusals.channel
        and users.user_id = refusals.user_id

)

select * from final
