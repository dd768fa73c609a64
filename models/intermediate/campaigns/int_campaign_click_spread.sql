-- Grain: one row per campaign and variant that was seen or clicked: its CTR's error.
-- Impressions and clicks of one user hang together, so users are the sample, not
-- impressions (Deng, Knoblich and Lu 2018).
with

campaign_users as (

    select * from {{ ref("precision_marketing", "int_campaign_users") }}

),

sums as (

    select
        campaign_id,
        variant,
        count(*) as user_count,
        sum(impression_count) as impression_count,
        sum(ctr_click_count) as click_count,
        sum(impression_count * impression_count) as squared_impression_count,
        sum(impression_count * ctr_click_count) as impression_click_count,
        sum(ctr_click_count * ctr_click_count) as squared_click_count
    from campaign_users
    where impression_count > 0 or ctr_click_count > 0
    group by campaign_id, variant

),

final as (

    select
        campaign_id,
        variant,
        cast(user_count as bigint) as user_count,
        -- Without any click the spread of clicks is not zero but not yet seen.
        case
            when click_count > 0
                then {{ precision_marketing.ratio_standard_error(
                    "user_count", "impression_count", "click_count",
                    "squared_impression_count", "impression_click_count",
                    "squared_click_count"
                ) }}
        end as ctr_standard_error
    from sums

)

select * from final
