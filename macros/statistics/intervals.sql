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


{# The ratio of two means above 0, on the log scale by the delta method. #}
{% macro mean_ratio_bound(
    ratio, mean_1, squared_error_1, mean_2, squared_error_2, sign
) %}
    ({{ ratio }}) * exp({{ sign }} {{ precision_marketing.normal_quantile() }} * sqrt(
        ({{ squared_error_1 }}) / (({{ mean_1 }}) * ({{ mean_1 }}))
        + ({{ squared_error_2 }}) / (({{ mean_2 }}) * ({{ mean_2 }}))
    ))
{%- endmacro %}


{# From an estimate made of two independent ones to an end of its interval, from what
   each alone moves it: Zou and Donner (2008). #}
{% macro combined_distance(distance_1, distance_2) -%}
    sqrt(power({{ distance_1 }}, 2) + power({{ distance_2 }}, 2))
{%- endmacro %}
