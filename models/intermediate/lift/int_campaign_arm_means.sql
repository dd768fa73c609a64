-- Grain: one row per campaign, treated variant, segment, metric and method: two means.
-- Method `cuped` takes out what the users' history predicts: y - theta * (x - mean(x)),
-- theta = cov(y, x) / var(x) of both arms together (Deng, Xu, Kohavi and Walker 2013).
-- Method `history` is x itself, of all users: no lift, but whether the arms were alike.
{% set arms = ["treated", "control"] %}
{% set sums = ["x", "yy", "xx", "xy", "yyy", "yyx", "yxx", "xxx"] %}
{% set thetas = {"raw": "0e0", "cuped": "moments.pooled_theta", "history": "-1e0"} %}
with

moments as (

    select
        *,
        {% for arm in arms %}
        {% set n, y, x = arm ~ "_user_count", arm ~ "_y", arm ~ "_x" %}
        {{ precision_marketing.rate(y, n) }} as {{ arm }}_mean_y,
        {{ precision_marketing.rate(x, n) }} as {{ arm }}_mean_x,
        {{ precision_marketing.sample_variance(n, y, arm ~ "_yy") }}
            as {{ arm }}_variance_y,
        {{ precision_marketing.sample_variance(n, x, arm ~ "_xx") }}
            as {{ arm }}_variance_x,
        {{ precision_marketing.sample_covariance(n, y, x, arm ~ "_xy") }}
            as {{ arm }}_covariance,
        {% endfor %}
        {% set n = "treated_user_count + control_user_count" %}
        {% set x = "treated_x + control_x" %}
        (treated_x + control_x) / nullif({{ n }}, 0) as mean_x,
        coalesce(
            {{ precision_marketing.sample_covariance(
                n, x, "treated_y + control_y", "treated_xy + control_xy"
            ) }} / nullif(
                {{ precision_marketing.sample_variance(
                    n, x, "treated_xx + control_xx"
                ) }}, 0e0
            ),
            -- Nobody has a history, or all the same: nothing to take out.
            0e0
        ) as pooled_theta
    from {{ ref("precision_marketing", "int_campaign_comparisons") }}

),

methods as (

    {% for method, theta in thetas.items() %}
    select
        moments.*,
        '{{ method }}' as method,
        {{ "0e0" if method == "history" else "1e0" }} as outcome_weight,
        {{ theta }} as theta
    from moments
    {{ "union all" if not loop.last }}
    {% endfor %}

),

final as (

    select
        campaign_id,
        variant,
        segment_kind,
        segment,
        metric,
        method,
        is_rate and method = 'raw' as is_rate,
        treated_user_count,
        control_user_count,
        treated_y as treated_total,
        control_y as control_total,
        outcome_weight,
        theta,
        {% for arm in arms %}
        {% for name in sums %}
        {{ arm }}_{{ name }},
        {% endfor %}
        {% set variance = "outcome_weight * (" ~ arm ~ "_variance_y - 2e0 * theta * "
            ~ arm ~ "_covariance) + theta * theta * " ~ arm ~ "_variance_x" %}
        outcome_weight * {{ arm }}_mean_y - theta * ({{ arm }}_mean_x - mean_x)
            as {{ arm }}_mean,
        -- Less than rounding leaves is nothing.
        case
            when {{ variance }} > 1e-12 * outcome_weight * {{ arm }}_variance_y
                then {{ variance }}
            else 0e0 * {{ arm }}_variance_y
        end as {{ arm }}_variance,
        {% endfor %}
        treated_variance_y / treated_user_count
        + control_variance_y / control_user_count as raw_squared_error
    from methods
    where method <> 'history' or segment_kind = '(all)'

)

select * from final
