-- Grain: one row per policy, cutoff (null: none) and impression that it is judged on.
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

of_logs as (

    select
        impressions.*,
        'logged' as policy,
        impressions.propensity as target_propensity
    from impressions
    union all
    select
        impressions.*,
        'uniform' as policy,
        1e0 / logged_items.campaign_item_count as target_propensity
    from impressions
    inner join {{ ref("precision_marketing", "int_logged_items") }} as logged_items
        on impressions.campaign_id = logged_items.campaign_id
        and impressions.item_id = logged_items.item_id
    union all
    -- Each variant on the impressions of the others, to be compared with its own.
    select
        impressions.*,
        'variant:' || variant_positions.variant as policy,
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

),

final as (

    select
        policy,
        cast(null as integer) as cutoff,
        touch_id,
        campaign_id,
        variant,
        user_id,
        propensity,
        is_clicked,
        target_propensity
    from of_logs
    union all
    select
        policy,
        cutoff,
        touch_id,
        campaign_id,
        variant,
        user_id,
        propensity,
        is_clicked,
        target_propensity
    from {{ ref("precision_marketing", "int_ranking_policy_chances") }}

)

select * from final
