{# Between a CTE's name and its query: computed once and not merged into what reads it.
   DuckDB takes twice as long to plan for each join of a chain that it merges. #}
{% macro as_materialized() %}
    {{ return(adapter.dispatch("as_materialized", "precision_marketing")()) }}
{% endmacro %}

{% macro default__as_materialized() %}
    {{ return("as materialized") }}
{% endmacro %}

{% macro spark__as_materialized() %}
    {{ return("as") }}
{% endmacro %}
