-- Grain: one row per attribution model and conversion that it gives to a campaign.
with

last_touch_conversions as (

    select * from {{ ref("precision_marketing", "int_last_touch_conversions") }}

),

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

campaign_users as (

    select * from {{ ref("precision_marketing", "int_campaign_users") }}

),

attributed as (

    select
        'last_touch' as attribution_model,
        conversion_id,
        campaign_id,
        user_id,
        touch_type,
        channel,
        converted_at,
        revenue_amount
    from last_touch_conversions

    union all

    select
        'channel_reported' as attribution_model,
        touch_id as conversion_id,
        campaign_id,
        user_id,
        -- The channel says neither which touch led to it nor what it was worth.
        cast(null as {{ precision_marketing.kind_type("text") }}) as touch_type,
        channel,
        touched_at as converted_at,
        cast(null as {{ precision_marketing.kind_type("amount") }}) as revenue_amount
    from touches
    where touch_type = 'conversion'

),

final as (

    select
        attributed.attribution_model,
        attributed.conversion_id,
        attributed.campaign_id,
        attributed.user_id,
        campaign_users.variant,
        coalesce(attributed.channel, campaigns.channel) as channel,
        attributed.touch_type,
        attributed.converted_at,
        attributed.revenue_amount
    from attributed
    inner join campaigns on attributed.campaign_id = campaigns.campaign_id
    inner join campaign_users
        on attributed.campaign_id = campaign_users.campaign_id
        and attributed.user_id = campaign_users.user_id

)

select * from final
