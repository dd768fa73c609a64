{# Views that the run has made, written anew without the database's name, as an on-run-end
   hook: dbt writes it into each, and a file that was copied or renamed has another. #}
{% macro make_views_portable(results) %}
    {% if not precision_marketing.notes_builds() %}{{ return("") }}{% endif %}
    {% set made = [] %}
    {% for result in results if result.status == "success"
        and result.node.package_name == "precision_marketing"
        and result.node.config.get("materialized") == "view" %}
        {% do made.append(result.node) %}
    {% endfor %}
    {% if made %}
        {% for view in run_query(precision_marketing.portable_views(made)) %}
    {{ view["statement"] }}
        {% endfor %}
    {% endif %}
{% endmacro %}


{# A query of the statements that replace views. DuckDB quotes the database's name where it
   has to. #}
{% macro portable_views(nodes) %}
    {% set literal = precision_marketing.text_literal %}
    {% set database = modules.re.escape(nodes[0].database) %}
    {% set names = [] %}
    {% for node in nodes %}
        {% do names.append(
            "(" ~ literal(node.schema) ~ ", " ~ literal(node.alias) ~ ")") %}
    {% endfor %}
    select regexp_replace(
        regexp_replace(
            sql,
            {{ literal("(^|[^\\w.\"])(" ~ database ~ "|\"" ~ database ~ "\")\\.") }},
            '\1',
            'g'
        ),
        '^CREATE VIEW',
        'create or replace view'
    ) as statement
    from duckdb_views()
    where
        database_name = {{ literal(nodes[0].database) }}
        and (schema_name, view_name) in ({{ names | join(", ") }})
{% endmacro %}
