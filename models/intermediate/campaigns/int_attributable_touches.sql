-- Grain: one row per user, touch type (click, impression), window and instant.
-- The touches that a conversion can be attributed to, of users who converted.
with

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

windowed_touches as (

    select
        touches.user_id,
        touches.touch_type,
        case
            when touches.touch_type = 'click' then campaigns.click_window_days
            else campaigns.view_window_days
        end as window_days,
        touches.touched_at,
        touches.touch_id
    from touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    where
        touches.touch_type in ('click', 'impression')
        and touches.user_id in (select conversions.user_id from conversions)

),

final as (

    select
        user_id,
        touch_type,
        window_days,
        touched_at,
        -- Of touches at one instant the greatest id stands for all: any rule will do
        -- that does not depend on the order of rows.
        max(touch_id) as touch_id
    from windowed_touches
    group by
        user_id,
        touch_type,
        window_days,
        touched_at

)

select * from final
