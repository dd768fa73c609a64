-- Grain: one row per campaign, treated variant, segment, metric and method that is too
-- skewed: p of a permutation test. Under no effect any users of both arms may have been
-- drawn for the treated one. Every way in which the largest values can fall is gone
-- through with its chance; the others add a gamma distribution of their mean, variance
-- and skewness in draws without replacement. Nothing is random in it.
{% set places = precision_marketing.permuted_places() %}
{% set keys = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
] %}
with

populations as (

    select
        *,
        treated_user_count as drawn_count,
        treated_user_count + control_user_count as user_count,
        least(value_count, {{ places }}) as placed_count,
        treated_user_count + control_user_count
        - least(value_count, {{ places }}) as other_count
    from {{ ref("precision_marketing", "int_campaign_permuted_values") }}

),

moments as (

    select
        *,
        coalesce(other_sum / nullif(other_count, 0), 0e0) as other_mean,
        coalesce({{ precision_marketing.centered_sum(
            "other_count", "other_sum", "other_sum", "other_squares"
        ) }} / nullif(other_count, 0), 0e0) as other_square,
        coalesce({{ precision_marketing.centered_cubes(
            "other_count", "other_sum", "other_squares", "other_cubes"
        ) }} / nullif(other_count, 0), 0e0) as other_third
    from populations

),

falls as (

    select
        *,
        {{ precision_marketing.numbers_up_to(2 ** places) }} as fall_number
    from moments

),

{% set sum, count = [], [] %}
{% for place in range(1, places + 1) %}
{% set is_drawn = "floor((fall_number - 1) / " ~ 2 ** (place - 1) ~ ") % 2" %}
{% do sum.append("value_" ~ place ~ " * (" ~ is_drawn ~ ")") %}
{% do count.append("(" ~ is_drawn ~ ")") %}
{% endfor %}
placed as (

    select
        *,
        {{ sum | join(" + ") }} as placed_sum,
        drawn_count - ({{ count | join(" + ") }}) as rest_count
    from falls
    -- Fewer values than places: each fall once.
    where fall_number <= power(2, placed_count)

),

rests as (

    select
        *,
        exp(
            {{ precision_marketing.log_choices("other_count", "rest_count") }}
            - {{ precision_marketing.log_choices("user_count", "drawn_count") }}
        ) as chance,
        treated_sum - placed_sum - rest_count * other_mean * scale as beyond,
        coalesce(
            rest_count * (other_count - rest_count)
            / nullif(other_count - 1e0, 0e0) * other_square, 0e0
        ) as rest_square,
        coalesce(
            rest_count * (other_count - rest_count) * (other_count - 2e0 * rest_count)
            / nullif((other_count - 1e0) * (other_count - 2e0), 0e0) * other_third, 0e0
        ) as rest_third
    from placed
    where rest_count between 0 and other_count

),

{# In units of the largest value: no spread at all but for rounding. #}
{% set no_spread = "rest_square <= 1e-12" %}
scored as (

    select
        *,
        {% for tail, sign in [("upper", "-"), ("lower", "+")] %}
        case
            when not {{ no_spread }}
                then {{ precision_marketing.gamma_score(
                    "((beyond / scale " ~ sign ~ " least_other / scale / 2e0)"
                    ~ " / sqrt(rest_square))",
                    "(rest_third / power(rest_square, 1.5e0))"
                ) }}
        end as {{ tail }}_score,
        {% endfor %}
        1e-9 * absolute_sum as rounding
    from rests

),

tails as (

    select
        *,
        case
            when not {{ no_spread }}
                then {{ precision_marketing.rough_normal_tail("upper_score") }}
            when beyond <= rounding then 1e0
            else 0e0
        end as upper_tail,
        case
            when not {{ no_spread }}
                then {{ precision_marketing.rough_normal_tail("(-lower_score)") }}
            when beyond >= -rounding then 1e0
            else 0e0
        end as lower_tail
    from scored

),

final as (

    select
        {{ keys | join(",\n        ") }},
        {% for tail in ["upper", "lower"] %}
        {{ precision_marketing.fine_exact_sum("chance * " ~ tail ~ "_tail") }}
            as {{ tail }}_p,
        {% endfor %}
        {{ precision_marketing.fine_exact_sum("chance") }} as total_chance
    from tails
    group by {{ keys | join(", ") }}

)

select * from final
