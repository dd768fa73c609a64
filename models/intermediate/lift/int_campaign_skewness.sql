-- Grain: one row per campaign, treated variant, segment, metric and method: its skewness.
-- That of the users of both arms, and that of the difference of the two means. Of rates
-- none is needed: their test is exact where it would matter.
{# Users of the smaller arm, by squared skewness, from which on a t test may decide:
   Kohavi, Deng, Longbotham and Xu (2014). #}
{% set users_by_squared_skewness = 355 %}
{% set keys = ["campaign_id", "variant", "segment_kind", "segment", "metric"] %}
{% set arms = ["treated", "control"] %}
with

arm_means as (

    select * from {{ ref("precision_marketing", "int_campaign_arm_means") }}
    where not is_rate and treated_user_count > 0 and control_user_count > 0

),

comparisons as (

    select * from {{ ref("precision_marketing", "int_campaign_comparisons") }}

),

-- Powers of v = y - theta * x; the mean of x moves no central moment.
powers as (

    select
        {% for key in keys %}
        arm_means.{{ key }},
        {% endfor %}
        arm_means.method,
        arm_means.treated_user_count,
        arm_means.control_user_count,
        arm_means.treated_variance / arm_means.treated_user_count
        + arm_means.control_variance / arm_means.control_user_count as squared_error,
        (
            (arm_means.treated_user_count - 1) * arm_means.treated_variance
            + (arm_means.control_user_count - 1) * arm_means.control_variance
        ) / nullif(arm_means.treated_user_count + arm_means.control_user_count - 2, 0)
            as pooled_variance,
        1e0 / arm_means.treated_user_count + 1e0 / arm_means.control_user_count
            as pooled_share,
        arm_means.theta as w,
        {% for arm in arms %}
        {{ arm }}_y - w * {{ arm }}_x as {{ arm }}_v,
        {{ arm }}_yy - 2e0 * w * {{ arm }}_xy + w * w * {{ arm }}_xx as {{ arm }}_vv,
        {{ arm }}_yyy - 3e0 * w * {{ arm }}_yyx + 3e0 * w * w * {{ arm }}_yxx
        - w * w * w * {{ arm }}_xxx as {{ arm }}_vvv
        {{- "," if not loop.last }}
        {% endfor %}
    from arm_means
    inner join comparisons
        {% for key in keys %}
        {{ "on" if loop.first else "and" }} arm_means.{{ key }} = comparisons.{{ key }}
        {% endfor %}

),

{% set n = "treated_user_count + control_user_count" %}
{% set v, vv = "treated_v + control_v", "treated_vv + control_vv" %}
centered as (

    select
        *,
        {% for arm in arms %}
        {% set count = arm ~ "_user_count" %}
        {{ precision_marketing.centered_cubes(
            count, arm ~ "_v", arm ~ "_vv", arm ~ "_vvv"
        ) }} / {{ count }} as {{ arm }}_third,
        {% endfor %}
        {{ precision_marketing.centered_sum(n, v, v, vv) }} / ({{ n }}) as square,
        {{ precision_marketing.centered_cubes(
            n, v, vv, "treated_vvv + control_vvv"
        ) }} / ({{ n }}) as third
    from powers

),

measured as (

    select
        *,
        third / power(square, 1.5e0) as skewness,
        (
            treated_third / treated_user_count / treated_user_count
            - control_third / control_user_count / control_user_count
        ) / power(squared_error, 1.5e0) as lift_skewness,
        pooled_variance * pooled_share as pooled_squared_error,
        -- As if both arms were of one population.
        (treated_third * treated_user_count + control_third * control_user_count)
        / ({{ n }}) * (
            1e0 / treated_user_count / treated_user_count
            - 1e0 / control_user_count / control_user_count
        ) / power(pooled_variance * pooled_share, 1.5e0) as pooled_lift_skewness
    from centered
    -- Without any spread there is no test.
    where squared_error > 0e0 and square > 0e0

),

final as (

    select
        {{ keys | join(",\n        ") }},
        method,
        skewness,
        lift_skewness,
        pooled_squared_error,
        pooled_lift_skewness,
        least(treated_user_count, control_user_count)
        < {{ users_by_squared_skewness }} * skewness * skewness as is_too_skewed
    from measured

)

select * from final
