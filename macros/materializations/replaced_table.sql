{# A table that one statement puts in the place of the last one, or one transaction if it
   has an enforced contract or hooks. dbt's own `table` builds beside it, renames twice
   and drops: on DuckDB, where what fails is undone, a fifth of a small build for nothing.
   dbt takes Python models for tables whatever dbt_project.yml says: they name it. #}
{% materialization replaced_table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {% set existing = load_cached_relation(this) %}
    {% set replaced = this.incorporate(type="table") %}
    {% set kept = precision_marketing.kept_part(model.name, existing) %}
    {% set hooks = pre_hooks + post_hooks %}
    {% set has_contract = config.get("contract").enforced %}
    {% set in_transaction = has_contract
        or hooks | selectattr("transaction") | list | length > 0 %}
    {% if existing is not none and not existing.is_table %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}

    {% do precision_marketing.note_learned_table(model.name, kept, is_made=false) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main", auto_begin=in_transaction,
        language="sql" if kept == "all" else model["language"]) -%}
        {{- precision_marketing.into_table(replaced, compiled_code, has_contract, kept) }}
    {%- endcall %}
    {% do precision_marketing.note_learned_table(model.name, kept, is_made=true) %}
    {% do create_indexes(replaced) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do precision_marketing.comment_on_table(replaced) %}
    {% if in_transaction %}{% do adapter.commit() %}{% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [replaced]}) }}
{% endmaterialization %}


{# Marts bear dbt's own name for it, without which it warns of each constraint. In a host
   dbt keeps its own, as a package may not replace it. #}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {{ return(precision_marketing.materialization_replaced_table_duckdb()) }}
{% endmaterialization %}


{# What makes a table, in the language of its model. #}
{% macro into_table(relation, compiled_code, has_contract, kept) -%}
    {%- if kept == "all" -%}
    select 1
    {%- elif model["language"] == "python" -%}
    {{- precision_marketing.python_into_table(relation, compiled_code, kept) }}
    {%- elif kept -%}
    {{ precision_marketing.sql_into_window(relation, compiled_code) }}
    {%- else -%}
    {{ config.get("sql_header") or "" }}
    {{ precision_marketing.sql_into_table(relation, compiled_code, has_contract) }}
    {%- endif %}
{%- endmacro %}


{% macro sql_into_table(relation, compiled_code, has_contract) %}
    {% if not has_contract %}
        create or replace table {{ relation }} as (
            {{ compiled_code }}
        )
    {% else %}
        {{ get_assert_columns_equivalent(compiled_code) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} (
            {{ get_select_subquery(compiled_code) }}
        )
    {% endif %}
{% endmacro %}


{# Rows of the window `serve` alone; those of the others stay (macros/learned.sql). #}
{% macro sql_into_window(relation, compiled_code) %}
    begin;
    delete from {{ relation }} where time_window = 'serve';
    insert into {{ relation }} by name
    select * from (
        {{ compiled_code }}
    ) as made
    where made.time_window = 'serve';
    commit
{% endmacro %}


{# dbt's own asks the database first which columns there are. #}
{% macro comment_on_table(relation) %}
    {% set comments = [] %}
    {% if config.persist_relation_docs() and model.description %}
        {% do comments.append("table " ~ relation ~ " is "
            ~ duckdb_escape_comment(model.description)) %}
    {% endif %}
    {% for column in model.columns.values()
        if config.persist_column_docs() and column.description %}
        {% do comments.append("column " ~ relation ~ "."
            ~ (adapter.quote(column.name) if column.quote else column.name) ~ " is "
            ~ duckdb_escape_comment(column.description)) %}
    {% endfor %}
    {% if comments %}
        {% do run_query("comment on " ~ comments | join(";\ncomment on ")) %}
    {% endif %}
{% endmacro %}


{# dbt-duckdb runs `materialize` on what the model returns. #}
{% macro python_into_table(relation, compiled_code, kept=none) -%}
{% set table = relation | replace('"', '\\"') %}
{{ compiled_code }}

def materialize(frame, connection):
    # DuckDB filters Arrow tables through it, and does not import it (duckdb#6584).
    import pyarrow.dataset

    connection.register("__frame", frame)
    {% if kept %}
    # A model that makes more would have it twice.
    connection.execute("begin")
    connection.execute("delete from {{ table }} where time_window = 'serve'")
    connection.execute("insert into {{ table }} by name select * from __frame where time_window = 'serve'")
    connection.execute("commit")
    {% else %}
    connection.execute("create or replace table {{ table }} as select * from __frame")
    {% endif %}
    connection.unregister("__frame")
{%- endmacro %}
