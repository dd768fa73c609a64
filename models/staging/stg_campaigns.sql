-- Grain: one row per sound row of the input `campaigns`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaigns_checked") }}

),

final as (

    select
        campaign_id,
        name,
        lower(channel) as channel,
        objective,
        started_at,
        ended_at,
        click_window_days,
        view_window_days,
        target_category,
        target_item_ids,
        unit_margin_rate,
        currency
    from checked
    where row_status = 'kept'

)

select * from final
