-- Grain: one row per campaign with assigned users: are its arms as large as designed?
with

designed as (

    select * from {{ ref("precision_marketing", "int_designed_variant_shares") }}

),

assigned as (

    select
        campaign_id,
        variant,
        assigned_user_count as user_count
    from {{ ref("precision_marketing", "int_campaign_variants") }}
    where assigned_user_count > 0

),

arms as (

    select
        coalesce(assigned.campaign_id, designed.campaign_id) as campaign_id,
        coalesce(assigned.variant, designed.variant) as variant,
        coalesce(assigned.user_count, 0) as user_count,
        designed.variant_share
    from assigned
    full outer join designed
        on assigned.campaign_id = designed.campaign_id
        and assigned.variant = designed.variant

),

campaigns as (

    select
        campaign_id,
        count(*) as arm_count,
        sum(user_count) as user_count,
        count(variant_share) > 0 as is_designed
    from arms
    group by campaign_id

),

final as (

    select
        arms.campaign_id,
        case when campaigns.is_designed then 'setting' else 'unknown' end
            as expected_ratio_source,
        campaigns.arm_count - 1 as degrees_of_freedom,
        -- What was not designed cannot be guessed from what came out.
        case
            when campaigns.is_designed
                then
                    {{ precision_marketing.exact_sum(
                        "power(arms.user_count"
                        ~ " - arms.variant_share * campaigns.user_count, 2)"
                        ~ " / nullif(arms.variant_share * campaigns.user_count, 0)"
                    ) }}
        end as chi_square
    from arms
    inner join campaigns on arms.campaign_id = campaigns.campaign_id
    where campaigns.user_count > 0
    group by arms.campaign_id, campaigns.is_designed, campaigns.arm_count

)

select * from final
