{# Each layer has its own schema, named as in dbt_project.yml, so that a host may own
   a model of the same name. The root project alone uses the bare layer name. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
