-- Every order is given to one campaign exactly if a click or an impression precedes it
-- in its campaign's window. The touches are searched here by pairs, not by the ordered
-- pass of int_last_touch_conversions, so that the two check one another.
with

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

last_touch_conversions as (

    select * from {{ ref("precision_marketing", "int_last_touch_conversions") }}

),

windowed_touches as (

    select
        touches.user_id,
        touches.touched_at,
        touches.touched_at + interval '1' day * case
            when touches.touch_type = 'click' then campaigns.click_window_days
            else campaigns.view_window_days
        end as expires_at
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    where touches.touch_type in ('click', 'impression')

),

unattributed as (

    select conversions.conversion_id
    from conversions
    where not exists (
            select 1
            from windowed_touches
            where
                conversions.user_id = windowed_touches.user_id
                and conversions.converted_at >= windowed_touches.touched_at
                and conversions.converted_at <= windowed_touches.expires_at
        )

),

fates as (

    select
        conversions.conversion_id,
        last_touch_conversions.conversion_id is not null as is_attributed,
        unattributed.conversion_id is not null as is_unattributed
    from conversions
    left join last_touch_conversions
        on conversions.conversion_id = last_touch_conversions.conversion_id
    left join unattributed on conversions.conversion_id = unattributed.conversion_id

)

select * from fates
where is_attributed = is_unattributed
