-- Grain: one row per campaign and variant: its place in the sharing of a bill.
-- By impressions, else sends, else users; the control has no part
-- (docs/decisions/0006-spend-and-variants.md).
with

variants as (

    select * from {{ ref("precision_marketing", "int_campaign_variants") }}

),

treated_totals as (

    select
        campaign_id,
        sum(impression_count) as impression_count,
        sum(send_count) as send_count
    from variants
    where not is_control
    group by campaign_id

),

weighted as (

    select
        variants.campaign_id,
        variants.variant,
        case
            when variants.is_control then 0
            when treated_totals.impression_count > 0 then variants.impression_count
            when treated_totals.send_count > 0 then variants.send_count
            -- The row `(all)` stands alone and has no users.
            else greatest(variants.user_count, 1)
        end as spend_weight
    from variants
    inner join treated_totals on variants.campaign_id = treated_totals.campaign_id

),

running as (

    select
        campaign_id,
        variant,
        spend_weight,
        sum(spend_weight) over (
            partition by campaign_id
            order by variant
        ) as running_weight,
        sum(spend_weight) over (partition by campaign_id) as total_weight
    from weighted

),

final as (

    select
        campaign_id,
        variant,
        1e0 * (running_weight - spend_weight) / total_weight as share_before,
        1e0 * running_weight / total_weight as share_until
    from running

)

select * from final
