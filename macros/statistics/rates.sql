{# Intervals of rates of users, 95 %, in closed form. Every argument is an SQL expression
   of a count; sources and formulas: docs/campaign_lift.md. #}

{# A rate: Wilson (1927). Null without trials; exactly 0 or 1 at the ends. #}
{% macro wilson_lower(successes, trials) %}
    case
        when ({{ trials }}) > 0 and ({{ successes }}) = 0 then 0e0
        else {{ precision_marketing.wilson_bound(successes, trials, "-") }}
    end
{%- endmacro %}

{% macro wilson_upper(successes, trials) %}
    case
        when ({{ trials }}) > 0 and ({{ successes }}) = ({{ trials }}) then 1e0
        else {{ precision_marketing.wilson_bound(successes, trials, "+") }}
    end
{%- endmacro %}

{% macro wilson_bound(successes, trials, sign) %}
    {%- set z = precision_marketing.normal_quantile() -%}
    ((({{ successes }}) + {{ z }} * {{ z }} / 2e0 {{ sign }} {{ z }} * sqrt(
        1e0 * ({{ successes }}) * (({{ trials }}) - ({{ successes }}))
        / nullif({{ trials }}, 0) + {{ z }} * {{ z }} / 4e0
    )) / (({{ trials }}) + {{ z }} * {{ z }}))
{%- endmacro %}


{# First rate less second rate: Newcombe (1998), method 10, from the Wilson intervals of
   the two. Null where either has no trials. The upper end is the lower end of the
   opposite difference, reversed. #}
{% macro newcombe_bound(successes_1, trials_1, successes_2, trials_2, sign) %}
    ({{ precision_marketing.rate(successes_1, trials_1) }}
    - {{ precision_marketing.rate(successes_2, trials_2) }}
    {{ sign }} {{ precision_marketing.newcombe_distance(
        successes_1, trials_1, successes_2, trials_2
    ) if sign == "-" else precision_marketing.newcombe_distance(
        successes_2, trials_2, successes_1, trials_1
    ) }})
{%- endmacro %}

{# From the difference down to its lower end. #}
{% macro newcombe_distance(successes_1, trials_1, successes_2, trials_2) -%}
    {{ precision_marketing.combined_distance(
        precision_marketing.wilson_distance(successes_1, trials_1, "-"),
        precision_marketing.wilson_distance(successes_2, trials_2, "+")
    ) }}
{%- endmacro %}

{# From a rate to an end of its interval. #}
{% macro wilson_distance(successes, trials, sign) -%}
    {%- set rate = precision_marketing.rate(successes, trials) -%}
    {%- if sign == "-" -%}
    ({{ rate }} - ({{ precision_marketing.wilson_lower(successes, trials) }}))
    {%- else -%}
    (({{ precision_marketing.wilson_upper(successes, trials) }}) - {{ rate }})
    {%- endif -%}
{%- endmacro %}

{% macro rate(successes, trials) -%}
    (1e0 * ({{ successes }}) / nullif({{ trials }}, 0))
{%- endmacro %}


{# An end of the 95 % interval of a Poisson mean from a count, whole or not: Byar's
   approximation of the exact one (Breslow and Day 1987, section 2.3). #}
{% macro poisson_lower(count) -%}
    case
        when ({{ count }}) > 0 then {{ precision_marketing.poisson_bound(count, "-") }}
        when ({{ count }}) = 0 then 0e0
    end
{%- endmacro %}

{% macro poisson_upper(count) -%}
    {{ precision_marketing.poisson_bound("(" ~ count ~ ") + 1", "+") }}
{%- endmacro %}

{# The cube root of a small count's lower end would be below 0. #}
{% macro poisson_bound(count, sign) -%}
    (({{ count }}) * power(greatest(
        1e0 - 1e0 / (9e0 * ({{ count }})) {{ sign }} {{
            precision_marketing.normal_quantile() }} / (3e0 * sqrt({{ count }})), 0e0
    ), 3))
{%- endmacro %}
