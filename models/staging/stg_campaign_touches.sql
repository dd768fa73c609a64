-- Grain: one row per sound row of the input `campaign_touches`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches_checked") }}

),

direct_channels as (

    select * from {{ ref("precision_marketing", "direct_channels") }}

),

final as (

    select
        -- One message's number may stand for its send, its open and its clicks.
        case
            when checked.key_line > 1
                then checked.touch_id
                    || {{ precision_marketing.thing_hash("campaign_touches") }}
            else checked.touch_id
        end as touch_id,
        checked.campaign_id,
        checked.user_id,
        {{ precision_marketing.input_label("checked.variant") }} as variant,
        {{ precision_marketing.channel_label(
            "checked.channel", "direct_channels.channel"
        ) }} as channel,
        lower(checked.touch_type) as touch_type,
        checked.touched_at,
        checked.item_id,
        checked.position,
        checked.propensity,
        checked.recommendation_id,
        checked.cost,
        checked.currency
    from checked
    left join direct_channels on lower(checked.channel) = direct_channels.channel
    where checked.row_status = 'kept'

)

select * from final
