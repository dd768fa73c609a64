{# Ends of 95 % intervals; the arguments are SQL expressions. Of rates of users, in
   closed form: rates.sql. Sources and formulas: docs/campaign_lift.md. #}

{# The 0.975 quantile of the normal distribution: the level of every interval. #}
{% macro normal_quantile() %}1.959963984540054e0{% endmacro %}


{# An estimate and its standard error; null where either is. `at_least` is a bound that
   the estimate itself keeps. Not `greatest`, which skips a null on DuckDB. #}
{% macro normal_bound(estimate, standard_error, sign, at_least=none) %}
    {%- set bound = estimate ~ " " ~ sign ~ " " ~ precision_marketing.normal_quantile()
        ~ " * " ~ standard_error -%}
    {%- if at_least is none -%}
    ({{ bound }})
    {%- else -%}
    (case when {{ bound }} < {{ at_least }} then {{ at_least }} else {{ bound }} end)
    {%- endif -%}
{% endmacro %}


{# A probability, from the standard error of its log-odds. #}
{% macro probability_bound(probability, log_odds_error, sign) %}
    {{ probability }} / (
        {{ probability }} + (1e0 - {{ probability }})
        * exp(
            {{ "-" if sign == "+" else "" }}{{ precision_marketing.normal_quantile() }}
            * {{ log_odds_error }}
        )
    )
{%- endmacro %}


{# First mean by second mean, from what each alone moves their difference to an end of
   its interval: MOVER, Donner and Zou (2012), which of normal means is Fieller's (1954).
   On the same side of 1 as the difference is of 0. Null where the second mean may be 0:
   then there is no upper end. Of means that are not below 0. #}
{% macro ratio_bound(mean_1, distance_1, mean_2, distance_2, sign) %}
    {%- set a, d, b, e = mean_1, distance_1, mean_2, distance_2 -%}
    {%- set sum = a ~ " * " ~ b ~ " + sqrt(power(" ~ b ~ " * " ~ d ~ ", 2) + power("
        ~ a ~ " * " ~ e ~ ", 2) - power(" ~ d ~ " * " ~ e ~ ", 2))" -%}
    {%- if sign == "-" -%}
    case
        when {{ a }} > {{ d }}
            then ({{ a }} - {{ d }}) * ({{ a }} + {{ d }}) / ({{ sum }})
        when {{ a }} <= {{ d }} then 0e0
    end
    {%- else -%}
    case
        when {{ b }} > {{ e }}
            then ({{ sum }}) / (({{ b }} - {{ e }}) * ({{ b }} + {{ e }}))
    end
    {%- endif -%}
{%- endmacro %}


{# From an estimate made of two independent ones to an end of its interval, from what
   each alone moves it: Zou and Donner (2008). #}
{% macro combined_distance(distance_1, distance_2) -%}
    sqrt(power({{ distance_1 }}, 2) + power({{ distance_2 }}, 2))
{%- endmacro %}
