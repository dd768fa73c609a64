-- Grain: one row per campaign, treated variant, segment, metric and method: its tests.
-- Holm (1979): the arms of a campaign are a family, in rows of all users. Benjamini and
-- Hochberg (1995): its segments are, of all arms. A test alone stays as it is.
with

arm_means as (

    select * from {{ ref("precision_marketing", "int_campaign_arm_means") }}

),

ranked as (

    select
        *,
        segment_kind = '(all)' as is_whole,
        count(p) over (family) as family_size,
        row_number() over (family order by p nulls last, variant, segment_kind, segment)
            as p_rank
    from {{ ref("precision_marketing", "int_campaign_arm_tests") }}
    where method <> 'history'
    window
        family as (
            partition by campaign_id, metric, method, segment_kind = '(all)'
        )

),

adjusted as (

    select
        *,
        case
            when is_whole and p is not null
                then max(p * (family_size - p_rank + 1)) over (upwards)
        end as holm_p,
        case
            when not is_whole and p is not null
                then min(p * (1e0 * family_size / p_rank)) over (downwards)
        end as benjamini_hochberg_p
    from ranked
    window
        upwards as (
            partition by campaign_id, metric, method, is_whole order by p_rank
        ),
        downwards as (
            partition by campaign_id, metric, method, is_whole order by p_rank desc
        )

),

final as (

    select
        adjusted.campaign_id,
        adjusted.variant,
        adjusted.segment_kind,
        adjusted.segment,
        adjusted.metric,
        adjusted.method,
        case when adjusted.p is not null then adjusted.significance_test end
            as significance_test,
        adjusted.t_statistic,
        adjusted.degrees_of_freedom,
        quantiles.t_quantile,
        adjusted.p,
        -- `least` would take an absent p for 1.
        case when adjusted.holm_p > 1e0 then 1e0 else adjusted.holm_p end as holm_p,
        case
            when adjusted.benjamini_hochberg_p > 1e0 then 1e0
            else adjusted.benjamini_hochberg_p
        end as benjamini_hochberg_p,
        case
            when arm_means.is_rate then rates.minimum_detectable_lift
            -- What has no spread at all says nothing about the spread of an effect.
            else
                {{ precision_marketing.detection_reach() }} * nullif(sqrt(
                    arm_means.treated_variance / nullif(arm_means.treated_user_count, 0)
                    + arm_means.control_variance
                    / nullif(arm_means.control_user_count, 0)
                ), 0e0)
        end as minimum_detectable_lift
    from adjusted
    inner join arm_means
        on adjusted.campaign_id = arm_means.campaign_id
        and adjusted.variant = arm_means.variant
        and adjusted.segment_kind = arm_means.segment_kind
        and adjusted.segment = arm_means.segment
        and adjusted.metric = arm_means.metric
        and adjusted.method = arm_means.method
    left join {{ ref("precision_marketing", "int_student_quantiles") }} as quantiles
        on adjusted.degrees_of_freedom = quantiles.degrees_of_freedom
    left join {{ ref("precision_marketing", "int_detectable_rates") }} as rates
        on arm_means.control_mean = rates.control_rate
        and arm_means.treated_user_count = rates.treated_user_count
        and arm_means.control_user_count = rates.control_user_count

)

select * from final
