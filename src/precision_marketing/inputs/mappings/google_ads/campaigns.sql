-- Grain: one row per campaign.
-- No column of an export is objective, started_at, ended_at, click_window_days,
-- view_window_days, target_category, target_item_ids, unit_margin_rate or
-- updated_at.
with

spend as (

    select * from spend_export

),

final as (

    select
        -- Where the report has no ids, names are: they may be changed.
        coalesce(nullif(campaign_id, ''), campaign_name) as campaign_id,
        max(campaign_name) as name,
        'paid_search' as channel,
        max(currency) as currency
    from spend
    -- The sums at the report's end have no day.
    where regexp_matches(day, '[0-9]')
    group by coalesce(nullif(campaign_id, ''), campaign_name)

)

select * from final
