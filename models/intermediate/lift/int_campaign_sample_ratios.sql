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
        min(user_count) as smallest_user_count,
        count(variant_share) > 0 as is_designed
    from arms
    group by campaign_id

),

{# Of an equal part: an arm smaller than this was meant to be smaller. #}
{% set equal_arms_minimum_share = "0.85e0" %}
expected as (

    select
        campaigns.campaign_id,
        campaigns.arm_count,
        campaigns.user_count as campaign_user_count,
        arms.user_count,
        case
            when campaigns.is_designed then 'setting'
            -- A split as uneven as this was meant to be; by how much is not known.
            when
                campaigns.smallest_user_count
                >= {{ equal_arms_minimum_share }}
                * campaigns.user_count / campaigns.arm_count
                then 'equal'
            else 'unknown'
        end as expected_ratio_source,
        case
            when campaigns.is_designed then arms.variant_share * campaigns.user_count
            else 1e0 * campaigns.user_count / campaigns.arm_count
        end as expected_count
    from arms
    inner join campaigns on arms.campaign_id = campaigns.campaign_id
    where campaigns.user_count > 0

),

final as (

    select
        campaign_id,
        expected_ratio_source,
        arm_count - 1 as degrees_of_freedom,
        case
            when expected_ratio_source <> 'unknown'
                then
                    {{ precision_marketing.exact_sum(
                        "(user_count - expected_count) * (user_count - expected_count)"
                        ~ " / nullif(expected_count, 0)"
                    ) }}
        end as chi_square
    from expected
    group by campaign_id, expected_ratio_source, arm_count

)

select * from final
