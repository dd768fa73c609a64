-- Grain: one row per conversion that a click or an impression precedes in its window.
-- A click beats a view; the latest of a kind wins, over all campaigns.
-- No order is paired with every touch of its user: one ordered pass finds the latest
-- touch of each window length, so that a user with very many touches costs no more.
with

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

attributable_touches as (

    select * from {{ ref("precision_marketing", "int_attributable_touches") }}

),

-- Windows differ by campaign, so the latest touch may have expired while an older one
-- has not: each window length is searched by itself.
user_windows as (

    select distinct
        user_id,
        touch_type,
        window_days
    from attributable_touches

),

timeline as (

    select
        user_id,
        touch_type,
        window_days,
        touched_at as happened_at,
        touched_at,
        cast(null as {{ precision_marketing.kind_type("text") }}) as conversion_id
    from attributable_touches

    union all

    select
        user_windows.user_id,
        user_windows.touch_type,
        user_windows.window_days,
        conversions.converted_at as happened_at,
        cast(null as timestamp) as touched_at,
        conversions.conversion_id
    from conversions
    inner join user_windows on conversions.user_id = user_windows.user_id

),

latest_touches as (

    select
        user_id,
        touch_type,
        window_days,
        happened_at,
        conversion_id,
        -- The frame ends with the row's peers: a touch at the same instant counts.
        max(touched_at) over (
            partition by user_id, touch_type, window_days
            order by happened_at
            range between unbounded preceding and current row
        ) as touched_at
    from timeline

),

candidates as (

    select
        latest_touches.conversion_id,
        attributable_touches.touch_id,
        row_number() over (
            partition by latest_touches.conversion_id
            order by
                case when latest_touches.touch_type = 'click' then 1 else 2 end,
                latest_touches.touched_at desc,
                attributable_touches.touch_id desc
        ) as choice
    from latest_touches
    inner join attributable_touches
        on latest_touches.user_id = attributable_touches.user_id
        and latest_touches.touch_type = attributable_touches.touch_type
        and latest_touches.window_days = attributable_touches.window_days
        and latest_touches.touched_at = attributable_touches.touched_at
    where
        latest_touches.conversion_id is not null
        and latest_touches.happened_at
        <= latest_touches.touched_at + latest_touches.window_days * interval '1' day

),

final as (

    select
        conversions.conversion_id,
        conversions.user_id,
        touches.campaign_id,
        touches.touch_type,
        touches.touch_id,
        touches.channel,
        touches.touched_at,
        conversions.converted_at,
        conversions.revenue_amount
    from candidates
    inner join conversions on candidates.conversion_id = conversions.conversion_id
    inner join {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
        on candidates.touch_id = touches.touch_id
    where candidates.choice = 1

)

select * from final
