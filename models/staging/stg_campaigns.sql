-- Grain: one row per sound row of the input `campaigns`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaigns_checked") }}

),

direct_channels as (

    select * from {{ ref("precision_marketing", "direct_channels") }}

),

final as (

    select
        checked.campaign_id,
        checked.name,
        {{ precision_marketing.channel_label(
            "checked.channel", "direct_channels.channel"
        ) }} as channel,
        checked.objective,
        checked.started_at,
        checked.ended_at,
        checked.click_window_days,
        checked.view_window_days,
        checked.target_category,
        checked.target_item_ids,
        checked.unit_margin_rate,
        checked.currency,
        checked.updated_at
    from checked
    left join direct_channels on lower(checked.channel) = direct_channels.channel
    where checked.row_status = 'kept'

)

select * from final
