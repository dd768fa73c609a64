-- Grain: one row per campaign, with the defaults for what its row leaves out.
{% set click_window_days = precision_marketing.setting(
    "attribution", "click_window_days") %}
{% set view_window_days = precision_marketing.setting(
    "attribution", "view_window_days") %}
with

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns") }}

),

final as (

    select
        campaign_id,
        coalesce(name, campaign_id) as campaign_name,
        coalesce(channel, '(unknown)') as channel,
        objective,
        started_at,
        ended_at,
        cast(
            coalesce(
                click_window_days, {{ click_window_days }}
            ) as integer
        ) as click_window_days,
        cast(
            coalesce(view_window_days, {{ view_window_days }})
            as integer
        ) as view_window_days,
        target_category,
        target_item_ids,
        unit_margin_rate,
        currency
    from campaigns

)

select * from final
