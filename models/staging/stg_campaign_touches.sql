-- Grain: one row per sound row of the input `campaign_touches`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches_checked") }}

),

final as (

    select
        touch_id,
        campaign_id,
        user_id,
        variant,
        lower(channel) as channel,
        lower(touch_type) as touch_type,
        touched_at,
        item_id,
        position,
        propensity,
        recommendation_id,
        cost
    from checked
    where row_status = 'kept'

)

select * from final
