{# Asked while dbt parses, so that a wrong value is said in a sentence of ours. #}
{% macro has_part(part) %}
    {{ return(part in precision_marketing.setting("parts")) }}
{% endmacro %}
