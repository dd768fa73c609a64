-- Grain: one row per campaign, treated variant, segment, metric and method: its tests.
-- Holm (1979): the arms of a campaign are a family, in rows of all users. Benjamini and
-- Hochberg (1995): its segments are, of all arms. A test alone stays as it is.
with

ranked as (

    select
        *,
        segment_kind = '(all)' as is_whole,
        count(p) over (family) as family_size,
        row_number() over (by_p) as p_rank
    from {{ ref("precision_marketing", "int_campaign_arm_tests") }}
    where method <> 'history'
    window
        family as (
            partition by campaign_id, metric, method, segment_kind = '(all)'
        ),
        by_p as (
            partition by campaign_id, metric, method, segment_kind = '(all)'
            order by p nulls last, variant, segment_kind, segment
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

{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "raw_squared_error", "squared_error", "pooled_variance",
    "skewness", "lift_skewness", "pooled_lift_skewness", "degrees_of_freedom",
    "t_quantile", "p",
] %}
final as (

    select
        {% for name in names %}
        adjusted.{{ name }},
        {% endfor %}
        case when adjusted.p is not null then adjusted.significance_test end
            as significance_test,
        -- `least` would take an absent p for 1.
        case when adjusted.holm_p > 1e0 then 1e0 else adjusted.holm_p end as holm_p,
        case
            when adjusted.benjamini_hochberg_p > 1e0 then 1e0
            else adjusted.benjamini_hochberg_p
        end as benjamini_hochberg_p,
        case
            when adjusted.is_rate then rates.minimum_detectable_lift
            -- What has no spread at all says nothing about the spread of an effect.
            else
                {{ precision_marketing.detection_reach() }}
                * nullif(sqrt(adjusted.squared_error), 0e0)
        end as minimum_detectable_lift
    from adjusted
    left join {{ ref("precision_marketing", "int_detectable_rates") }} as rates
        on adjusted.control_mean = rates.control_rate
        and adjusted.treated_user_count = rates.treated_user_count
        and adjusted.control_user_count = rates.control_user_count

)

select * from final
