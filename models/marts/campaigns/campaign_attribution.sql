-- Grain: one row per conversion, credited touch and attribution model.
-- Of users who may be profiled: the orders of the others count in sums alone, which are
-- in `campaign_performance`, `channel_attribution` and `conversion_paths`.
with

attributed_touches as (

    select * from {{ ref("precision_marketing", "int_attributed_touches") }}

),

profiled_users as (

    select user_id from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

final as (

    select
        attributed_touches.conversion_id,
        attributed_touches.touch_id,
        attributed_touches.attribution_model,
        attributed_touches.user_id,
        attributed_touches.campaign_id,
        attributed_touches.channel,
        attributed_touches.touch_type,
        attributed_touches.touched_at,
        attributed_touches.converted_at,
        attributed_touches.days_to_conversion,
        attributed_touches.touch_position,
        attributed_touches.touch_count,
        attributed_touches.window_touch_count,
        attributed_touches.credit,
        attributed_touches.credited_revenue_amount,
        attributed_touches.lookback_days,
        attributed_touches.half_life_days
    from attributed_touches
    inner join profiled_users on attributed_touches.user_id = profiled_users.user_id

)

select * from final
