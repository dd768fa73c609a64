{# A table that one statement puts in the place of the last one. dbt's own `table`
   builds beside it, renames twice and drops: on DuckDB, where a statement takes effect
   whole or not at all, some tenth of a small build for nothing. Tables with an enforced
   contract stay with dbt's own. #}
{% materialization replaced_table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {% set existing = load_cached_relation(this) %}
    {% set replaced = this.incorporate(type="table") %}
    {% set hooks = pre_hooks + post_hooks %}
    {% set in_transaction = hooks | selectattr("transaction") | list | length > 0 %}
    {% if existing is not none and not existing.is_table %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main", language=model["language"], auto_begin=in_transaction) -%}
        {% if model["language"] == "sql" %}
        {{ config.get("sql_header") or "" }}
        create or replace table {{ replaced }} as (
            {{ compiled_code }}
        )
        {% else %}
        {{- precision_marketing.python_into_table(replaced, compiled_code) }}
        {% endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(replaced, model) %}
    {% if in_transaction %}{% do adapter.commit() %}{% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [replaced]}) }}
{% endmaterialization %}


{# dbt-duckdb runs `materialize` on what the model returns. #}
{% macro python_into_table(relation, compiled_code) -%}
{{ compiled_code }}

def materialize(frame, connection):
    # DuckDB filters Arrow tables through it, and does not import it (duckdb#6584).
    import pyarrow.dataset

    connection.register("__frame", frame)
    connection.execute("create or replace table {{ relation | replace('"', '\\"') }} as select * from __frame")
    connection.unregister("__frame")
{%- endmacro %}
