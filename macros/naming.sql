{# Each layer has its own schema, named as in dbt_project.yml, so that a host may own
   a model of the same name. As root the names are bare; in a host its target schema
   stands before them, as before its own: dbt asks this macro for our models there. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif project_name == "precision_marketing" -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
