{# dbt's own, under our name: dbt renders it while it parses, as it does not do with the
   original, and so sees the model that macros/get_where_subquery.sql gives it. #}
{% test not_null(model, column_name) %}
    {{ return(dbt.default__test_not_null(model, column_name)) }}
{% endtest %}
