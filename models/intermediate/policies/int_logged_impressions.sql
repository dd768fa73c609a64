-- Grain: one row per impression of an item whose chance of being shown was logged.
-- Without the chance an impression says nothing about what was not shown.
with

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

impressions as (

    select
        touches.touch_id,
        touches.campaign_id,
        campaign_users.variant,
        touches.user_id,
        touches.item_id,
        touches.recommendation_id,
        touches.position,
        touches.touched_at,
        touches.propensity
    from touches
    inner join {{ ref("precision_marketing", "int_campaign_users") }} as campaign_users
        on touches.campaign_id = campaign_users.campaign_id
        and touches.user_id = campaign_users.user_id
    where
        touches.touch_type = 'impression'
        and touches.item_id is not null
        -- Less than one in a million is an error of the log, not a chance.
        and touches.propensity >= 1e-6
        and touches.propensity <= 1e0

),

clicks as (

    select * from touches
    where touch_type = 'click'

),

-- The impression that a click answers: of its recommendation, or of its item where the
-- click names no recommendation; the latest before it.
answers as (

    select
        clicks.touch_id as click_id,
        impressions.touch_id,
        impressions.touched_at
    from clicks
    inner join impressions
        on clicks.user_id = impressions.user_id
        and clicks.campaign_id = impressions.campaign_id
        and clicks.recommendation_id = impressions.recommendation_id
    where clicks.touched_at >= impressions.touched_at
    union all
    select
        clicks.touch_id as click_id,
        impressions.touch_id,
        impressions.touched_at
    from clicks
    inner join impressions
        on clicks.user_id = impressions.user_id
        and clicks.campaign_id = impressions.campaign_id
        and clicks.item_id = impressions.item_id
    where
        clicks.recommendation_id is null
        and clicks.touched_at >= impressions.touched_at

),

clicked as (

    select distinct touch_id
    from answers
    qualify row_number() over (
            partition by click_id order by touched_at desc, touch_id desc
        ) = 1

),

final as (

    select
        impressions.*,
        clicked.touch_id is not null as is_clicked
    from impressions
    left join clicked on impressions.touch_id = clicked.touch_id

)

select * from final
