{# What skewed values take: arguments are SQL expressions of doubles. Formulas and
   sources: docs/campaign_lift.md. #}

{# Metric of lift -> y, x of one user: the value while measured, and the history. #}
{% macro lift_metrics() %}
    {{ return({
        "conversion": [
            "case when measured_order_count > 0 then 1 else 0 end",
            "history_order_count",
        ],
        "visits": ["measured_visit_count", "history_visit_count"],
        "revenue": ["measured_revenue_amount", "history_revenue_amount"],
    }) }}
{% endmacro %}


{# Sum over n users of (a - mean(a))^3 from plain sums. #}
{% macro centered_cubes(users, sum_a, sum_aa, sum_aaa) -%}
    {%- set mean = precision_marketing.rate(sum_a, users) -%}
    (({{ sum_aaa }}) - 3e0 * {{ mean }} * ({{ sum_aa }})
    + 2e0 * {{ mean }} * {{ mean }} * ({{ sum_a }}))
{%- endmacro %}


{# t as Student's, less its skewness: Hall (1992). `skewness` is that of the estimate,
   its third cumulant by its standard error cubed. #}
{% macro hall_t(t, skewness) -%}
    ({{ t }} + {{ skewness }} * {{ t }} * {{ t }} / 3e0
    + {{ skewness }} * {{ skewness }} * {{ t }} * {{ t }} * {{ t }} / 27e0
    + {{ skewness }} / 6e0)
{%- endmacro %}

{# The t that `hall_t` makes t of: the end of an interval. Near 0 it is a difference of
   equal numbers; there the series is exact enough. #}
{% macro hall_t_inverse(t, skewness) -%}
    (case
        when abs({{ skewness }}) < 1e-6
            then {{ t }} - {{ skewness }} * (1e0 + 2e0 * {{ t }} * {{ t }}) / 6e0
        else 3e0 / {{ skewness }} * ({{ precision_marketing.cube_root(
            "(1e0 + " ~ skewness ~ " * (" ~ t ~ " - " ~ skewness ~ " / 6e0))"
        ) }} - 1e0)
    end)
{%- endmacro %}

{% macro cube_root(x) -%}
    (sign({{ x }}) * power(abs({{ x }}), 1e0 / 3e0))
{%- endmacro %}


{# A standard score of a gamma distribution of that skewness as a normal one: Wilson and
   Hilferty (1931). Beyond the end of the distribution it stands at its end. #}
{% macro gamma_score(z, skewness) -%}
    (case
        when abs({{ skewness }}) < 1e-4 then {{ z }}
        else 6e0 / {{ skewness }} * (power(greatest(
            1e0 + {{ skewness }} * {{ z }} / 2e0, 0e0
        ), 1e0 / 3e0) - 1e0) + {{ skewness }} / 6e0
    end)
{%- endmacro %}

{# The standard score of the gamma distribution at a normal one. #}
{% macro gamma_score_inverse(z, skewness) -%}
    (case
        when abs({{ skewness }}) < 1e-4 then {{ z }}
        else 2e0 / {{ skewness }} * (power(greatest(
            1e0 + {{ skewness }} * {{ z }} / 6e0
            - {{ skewness }} * {{ skewness }} / 36e0, 0e0
        ), 3) - 1e0)
    end)
{%- endmacro %}


{# The normal distribution beyond x, to 7 decimals: Abramowitz and Stegun (1964),
   26.2.17. For sums over many rows, where `normal_probability` would take long. #}
{% macro rough_normal_tail(x) -%}
    {%- set k = "(1e0 / (1e0 + 0.2316419e0 * abs(" ~ x ~ ")))" -%}
    {%- set tail = "0.3989422804014327e0 * exp(-" ~ x ~ " * " ~ x ~ " / 2e0) * " ~ k
        ~ " * (0.31938153e0 + " ~ k ~ " * (-0.356563782e0 + " ~ k
        ~ " * (1.781477937e0 + " ~ k ~ " * (-1.821255978e0 + " ~ k
        ~ " * 1.330274429e0))))" -%}
    (case when {{ x }} > 0e0 then {{ tail }} else 1e0 - {{ tail }} end)
{%- endmacro %}


{# The logarithm of how many sets of so many there are. #}
{% macro log_choices(from_count, chosen_count) -%}
    {%- set log_gamma = precision_marketing.log_gamma -%}
    ({{ log_gamma(from_count ~ " + 1e0") }} - {{ log_gamma(chosen_count ~ " + 1e0") }}
    - {{ log_gamma(from_count ~ " - " ~ chosen_count ~ " + 1e0") }})
{%- endmacro %}


{# How many of the largest values a permutation test places one by one, in 2^8 ways. #}
{% macro permuted_places() %}{{ return(8) }}{% endmacro %}


{# Users of the smaller arm, by squared skewness, from which on a t test may decide:
   Kohavi, Deng, Longbotham and Xu (2014). #}
{% macro users_by_squared_skewness() %}{{ return(355) }}{% endmacro %}


{# Users in every cell of the four, for pooled z: under it the tails of uneven arms do
   not hold, and Fisher's test decides. #}
{% macro smallest_cell() %}{{ return(30) }}{% endmacro %}
