-- Grain: one row per variant and impression of another variant of its campaign.
-- Each variant on the impressions of the others, to be compared with its own.
{{ config(materialized="view") }}

with

impressions as (

    select * from {{ ref("precision_marketing", "int_logged_impressions") }}

),

-- How often a variant shows an item at a position: what its policy does on average.
variant_items as (

    select
        campaign_id,
        variant,
        coalesce(position, 0) as position,
        item_id,
        1e0 * count(*) / sum(count(*)) over (
            partition by campaign_id, variant, coalesce(position, 0)
        ) as item_share
    from impressions
    group by campaign_id, variant, coalesce(position, 0), item_id

),

variant_positions as (

    select distinct
        campaign_id,
        variant,
        position
    from variant_items

),

final as (

    select
        'variant:' || variant_positions.variant as policy,
        impressions.touch_id,
        impressions.campaign_id,
        impressions.variant,
        impressions.user_id,
        impressions.propensity,
        impressions.is_clicked,
        coalesce(variant_items.item_share, 0e0) as target_propensity
    from impressions
    inner join variant_positions
        on impressions.campaign_id = variant_positions.campaign_id
        and coalesce(impressions.position, 0) = variant_positions.position
        and impressions.variant <> variant_positions.variant
    left join variant_items
        on variant_positions.campaign_id = variant_items.campaign_id
        and variant_positions.variant = variant_items.variant
        and variant_positions.position = variant_items.position
        and impressions.item_id = variant_items.item_id

)

select * from final
