-- Grain: one row per campaign, variant and attribution model: rates without money.
-- Each divides two columns of int_campaign_results; formulas: docs/campaign_metrics.md.
with

results as (

    select * from {{ ref("precision_marketing", "int_campaign_results") }}

),

final as (

    select
        campaign_id,
        variant,
        attribution_model,
        -- Null without any impression: a channel that logs none has not measured zero.
        1e0 * impression_count / nullif(viewing_user_count, 0) as frequency,
        1e0 * ctr_click_count / nullif(impression_count, 0) as ctr,
        1e0 * viewing_clicking_user_count / nullif(viewing_user_count, 0) as unique_ctr,
        1e0 * message_clicking_user_count / nullif(delivered_count, 0)
            as email_click_rate,
        1e0 * message_opening_user_count / nullif(delivered_count, 0) as open_rate,
        1e0 * open_clicking_user_count / nullif(opening_user_count, 0) as ctor,
        case
            when not is_channel_reported
                then 1e0 * click_conversion_count / nullif(click_count, 0)
        end as click_cvr,
        1e0 * clicking_converting_user_count / nullif(clicking_user_count, 0)
            as user_cvr,
        1e0 * ordering_assigned_user_count / nullif(assigned_user_count, 0)
            as experiment_cvr
    from results

)

select * from final
