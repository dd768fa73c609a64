{% macro has_part(part) %}
    {{ return(part in var("parts")) }}
{% endmacro %}
