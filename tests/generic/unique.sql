{# As in not_null.sql. #}
{% test unique(model, column_name) %}
    {{ return(dbt.default__test_unique(model, column_name)) }}
{% endtest %}
