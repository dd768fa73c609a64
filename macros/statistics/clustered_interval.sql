{# Ends of the 95 % interval of a rate that may exceed 1 and is never below 0, from its
   standard error; null where that is. Not `greatest`, which skips a null on DuckDB. #}
{% macro clustered_lower(rate, standard_error) %}
    {%- set end = rate ~ " - " ~ precision_marketing.normal_quantile() ~ " * "
        ~ standard_error -%}
    case when {{ end }} < 0e0 then 0e0 else {{ end }} end
{%- endmacro %}

{% macro clustered_upper(rate, standard_error) %}
    {{- rate }} + {{ precision_marketing.normal_quantile() }} * {{ standard_error }}
{%- endmacro %}
