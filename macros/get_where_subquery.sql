{# dbt gives a generic test its model as `ref(
    "precision_marketing", "name"
)`, without the package, and so
   finds a host's model of that name before ours. This takes ours again, and passes
   on what others test: dbt looks a macro of this name up for every project's tests. #}
{% macro get_where_subquery(relation) %}
    {% if model.package_name == "precision_marketing" and "." in model.file_key_name %}
        {% set relation = ref(
            "precision_marketing", model.file_key_name.split(".") | last) %}
    {% endif %}
    {{ return(dbt.default__get_where_subquery(relation)) }}
{% endmacro %}
