-- Grain: one row per touch that can be a step of a path: an impression or a click.
-- Sends, deliveries and opens are not exposures that anybody can vouch for
-- (docs/decisions/0010-paths-and-their-credits.md).
with

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

final as (

    select
        touches.touch_id,
        touches.user_id,
        touches.campaign_id,
        lower(coalesce(touches.channel, campaigns.channel)) as channel,
        touches.touch_type,
        touches.touched_at,
        row_number() over (
            partition by touches.user_id
            -- What is clicked was seen before, though a log has one time for both.
            order by
                touches.touched_at,
                case when touches.touch_type = 'impression' then 1 else 2 end,
                touches.touch_id
        ) as touch_number
    from touches
    inner join campaigns on touches.campaign_id = campaigns.campaign_id
    where touches.touch_type in ('click', 'impression')

)

select * from final
