{# dbt-duckdb writes a table beside the old one and renames both, seven statements that
   are a tenth of a small build. True makes a table under its own name, as dbt-duckdb
   does for one with foreign keys: dropped and made in one transaction, so that a build
   that fails leaves the old one. dbt-duckdb asks the root project alone, from 1.11 on. #}
{% macro has_foreign_key_constraints(relation=none) %}
    {{ return(true) }}
{% endmacro %}
