-- Grain: one row per campaign, treated variant, segment, metric and method: two means
-- and their skewness: that of the users of both arms, and that of the difference of the
-- two means. Of rates none is needed: their test is exact where it would matter.
{% set arms = ["treated", "control"] %}
{% set names = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
    "is_rate", "treated_user_count", "control_user_count", "treated_total",
    "control_total", "theta", "treated_mean", "control_mean", "treated_variance",
    "control_variance", "raw_squared_error", "squared_error", "pooled_variance",
] %}
with

-- Powers of v = y - theta * x (`history`: no y); the mean of x moves no central moment.
powers as (

    select
        {% for arm in arms %}
        outcome_weight * {{ arm }}_total - theta * {{ arm }}_x as {{ arm }}_v,
        outcome_weight * ({{ arm }}_yy - 2e0 * theta * {{ arm }}_xy)
        + power(theta, 2) * {{ arm }}_xx as {{ arm }}_vv,
        outcome_weight * (
            {{ arm }}_yyy - 3e0 * theta * {{ arm }}_yyx
            + 3e0 * power(theta, 2) * {{ arm }}_yxx
        ) - power(theta, 3) * {{ arm }}_xxx as {{ arm }}_vvv,
        {% endfor %}
        treated_variance / nullif(treated_user_count, 0)
        + control_variance / nullif(control_user_count, 0) as squared_error,
        (
            (treated_user_count - 1) * treated_variance
            + (control_user_count - 1) * control_variance
        ) / nullif(treated_user_count + control_user_count - 2, 0) as pooled_variance,
        *
    from {{ ref("precision_marketing", "int_campaign_arm_means") }}

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
        {{ precision_marketing.centered_sum(n, v, v, vv) }} / nullif({{ n }}, 0)
            as square,
        {{ precision_marketing.centered_cubes(
            n, v, vv, "treated_vvv + control_vvv"
        ) }} / nullif({{ n }}, 0) as third
    from powers

),

varying as (

    select
        *,
        not is_rate and coalesce(squared_error > 0e0 and square > 0e0, false)
            as is_varying
    from centered

),

final as (

    select
        {{ names | join(",\n        ") }},
        outcome_weight,
        case when is_varying then third / power(square, 1.5e0) end as skewness,
        case
            when is_varying
                then
                    (
                        treated_cubes / power(treated_user_count, 3)
                        - control_cubes / power(control_user_count, 3)
                    ) / power(squared_error, 1.5e0)
        end as lift_skewness,
        -- As if both arms were of one population.
        case
            when is_varying
                then
                    (treated_cubes + control_cubes) / ({{ n }}) * (
                        1e0 / power(treated_user_count, 2)
                        - 1e0 / power(control_user_count, 2)
                    ) / power(pooled_variance * (
                        1e0 / treated_user_count + 1e0 / control_user_count
                    ), 1.5e0)
        end as pooled_lift_skewness,
        is_varying
        and least(treated_user_count, control_user_count) * power(square, 3)
        < {{ precision_marketing.users_by_squared_skewness() }} * third * third
            as is_too_skewed
    from varying

)

select * from final
