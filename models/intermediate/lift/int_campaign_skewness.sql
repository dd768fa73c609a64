-- Grain: one row per campaign, treated variant, segment, metric and method: skewness.
-- That of the users of both arms, and that of the difference of the two means. Of rates
-- none is needed: their test is exact where it would matter.
{% set keys = ["campaign_id", "variant", "segment_kind", "segment", "metric"] %}
{% set arms = ["treated", "control"] %}
with

arm_means as (

    select
        *,
        treated_variance / treated_user_count
        + control_variance / control_user_count as squared_error,
        (
            (treated_user_count - 1) * treated_variance
            + (control_user_count - 1) * control_variance
        ) / nullif(treated_user_count + control_user_count - 2, 0) * (
            1e0 / treated_user_count + 1e0 / control_user_count
        ) as pooled_squared_error
    from {{ ref("precision_marketing", "int_campaign_arm_means") }}
    where not is_rate and treated_user_count > 0 and control_user_count > 0

),

-- Powers of v = y - theta * x, of method `history` without y; the mean of x moves no
-- central moment.
powers as (

    select
        {% for arm in arms %}
        arm_means.outcome_weight * sums.{{ arm }}_y
        - arm_means.theta * sums.{{ arm }}_x as {{ arm }}_v,
        arm_means.outcome_weight
        * (sums.{{ arm }}_yy - 2e0 * arm_means.theta * sums.{{ arm }}_xy)
        + power(arm_means.theta, 2) * sums.{{ arm }}_xx as {{ arm }}_vv,
        arm_means.outcome_weight * (
            sums.{{ arm }}_yyy - 3e0 * arm_means.theta * sums.{{ arm }}_yyx
            + 3e0 * power(arm_means.theta, 2) * sums.{{ arm }}_yxx
        ) - power(arm_means.theta, 3) * sums.{{ arm }}_xxx as {{ arm }}_vvv,
        {% endfor %}
        arm_means.*
    from arm_means
    inner join {{ ref("precision_marketing", "int_campaign_comparisons") }} as sums
        on arm_means.campaign_id = sums.campaign_id
        and arm_means.variant = sums.variant
        and arm_means.segment_kind = sums.segment_kind
        and arm_means.segment = sums.segment
        and arm_means.metric = sums.metric

),

{% set n = "treated_user_count + control_user_count" %}
{% set v, vv = "treated_v + control_v", "treated_vv + control_vv" %}
centered as (

    select
        *,
        {% for arm in arms %}
        {{ precision_marketing.centered_cubes(
            arm ~ "_user_count", arm ~ "_v", arm ~ "_vv", arm ~ "_vvv"
        ) }} as {{ arm }}_cubes,
        {% endfor %}
        {{ precision_marketing.centered_sum(n, v, v, vv) }} / ({{ n }}) as square,
        {{ precision_marketing.centered_cubes(
            n, v, vv, "treated_vvv + control_vvv"
        ) }} / ({{ n }}) as third
    from powers

),

final as (

    select
        {{ keys | join(",\n        ") }},
        method,
        outcome_weight,
        theta,
        treated_user_count,
        control_user_count,
        pooled_squared_error,
        third / power(square, 1.5e0) as skewness,
        (
            treated_cubes / power(treated_user_count, 3)
            - control_cubes / power(control_user_count, 3)
        ) / power(squared_error, 1.5e0) as lift_skewness,
        -- As if both arms were of one population.
        (treated_cubes + control_cubes) / ({{ n }}) * (
            1e0 / power(treated_user_count, 2) - 1e0 / power(control_user_count, 2)
        ) / power(pooled_squared_error, 1.5e0) as pooled_lift_skewness,
        least(treated_user_count, control_user_count) * power(square, 3)
        < {{ precision_marketing.users_by_squared_skewness() }} * third * third
            as is_too_skewed
    from centered
    -- Without any spread there is no test.
    where squared_error > 0e0 and square > 0e0

)

select * from final
