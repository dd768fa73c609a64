-- Grain: one row per campaign, with the defaults for what its row leaves out.
with

campaigns as (

    select * from {{ ref("stg_campaigns") }}

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
                click_window_days, {{ var("attribution_click_window_days") }}
            ) as integer
        ) as click_window_days,
        cast(
            coalesce(view_window_days, {{ var("attribution_view_window_days") }})
            as integer
        ) as view_window_days,
        target_category,
        target_item_ids,
        unit_margin_rate,
        currency
    from campaigns

)

select * from final
