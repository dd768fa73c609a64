{# On Spark a table of Parquet cannot be replaced by one statement: it is made beside the
   last one, which stays until it is made and may be read by it, and takes its name. A
   column of a contract is cast to its type, as DuckDB does where it inserts. #}
{% materialization replaced_table, adapter="spark", supported_languages=["sql", "python"] %}
    {% set existing = load_cached_relation(this) %}
    {% set replaced = this.incorporate(type="table") %}
    {% set made = precision_marketing.table_in_the_making(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do run_query("drop table if exists " ~ made) %}
    {% call statement("main", language=model["language"]) -%}
        {% if model["language"] == "sql" %}
        create table {{ made }} using parquet {{ comment_clause() }} as
        {{ precision_marketing.as_in_contract(compiled_code) }}
        {% else %}
        {{- py_write_table(compiled_code=compiled_code, target_relation=made) }}
        {% endif %}
    {%- endcall %}
    {% do precision_marketing.check_not_null(made) %}
    {% do precision_marketing.take_name(made, replaced, existing) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [replaced]}) }}
{% endmaterialization %}


{% materialization table, adapter="spark", supported_languages=["sql", "python"] %}
    {{ return(precision_marketing.materialization_replaced_table_spark()) }}
{% endmaterialization %}


{# Of a name of this build's own: of one that was killed Spark keeps a folder that no table
   is known of, and makes none there. `make spark` removes such folders. #}
{% macro table_in_the_making(relation) %}
    {{ return(api.Relation.create(schema=relation.schema, type="table",
        identifier=relation.identifier ~ "__made_" ~ invocation_id[:8])) }}
{% endmacro %}


{# Put a table in the place of the last of its name. #}
{% macro take_name(made, replaced, existing) %}
    {% if existing is not none and not existing.is_table %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% do run_query("drop table if exists " ~ replaced) %}
    {% do run_query("alter table " ~ made ~ " rename to " ~ replaced) %}
{% endmacro %}


{# A table of Parquet by a query that may read it. #}
{% macro make_anew(relation, query) %}
    {% set made = precision_marketing.table_in_the_making(relation) %}
    {% do run_query("drop table if exists " ~ made) %}
    {% do run_query("create table " ~ made ~ " using parquet as " ~ query) %}
    {% do precision_marketing.take_name(made, relation, none) %}
{% endmacro %}


{# A query with exactly the columns of the model's contract, if it has one, of its types
   and in its order. #}
{% macro as_in_contract(compiled_code) %}
    {% if not config.get("contract").enforced %}{{ return(compiled_code) }}{% endif %}
    {% set found = get_columns_in_query(compiled_code) | sort %}
    {% set named = model.columns.keys() | sort %}
    {% if found != named %}
        {{ exceptions.raise_compiler_error("The contract of `" ~ model.name
            ~ "` and its query differ in the columns " ~ (found + named)
            | select("in", found | reject("in", named) | list
                + named | reject("in", found) | list) | join(", ") ~ ".") }}
    {% endif %}
    {% set parts = [] %}
    {% for column in model.columns.values() %}
        {% do parts.append("cast(" ~ adapter.quote(column.name) ~ " as "
            ~ precision_marketing.type_in_spark(column.data_type) ~ ") as "
            ~ adapter.quote(column.name)) %}
    {% endfor %}
    {{ return("select " ~ parts | join(", ") ~ " from (" ~ compiled_code ~ ") as made") }}
{% endmacro %}


{# Spark's name of a type of a contract, which bears DuckDB's. #}
{% macro type_in_spark(data_type) %}
    {% set element = data_type | replace("varchar", "string") %}
    {{ return("array<" ~ element[:-2] ~ ">" if element.endswith("[]") else element) }}
{% endmacro %}


{# What a contract's constraints do on DuckDB. #}
{% macro check_not_null(relation) %}
    {% set conditions = [] %}
    {% for column in model.columns.values()
        if column.constraints | selectattr("type", "equalto", "not_null") | list %}
        {% do conditions.append(adapter.quote(column.name) ~ " is null") %}
    {% endfor %}
    {% if conditions and config.get("contract").enforced and run_query(
        "select 1 from " ~ relation ~ " where " ~ conditions | join(" or ") ~ " limit 1") %}
        {{ exceptions.raise_compiler_error("`" ~ model.name
            ~ "` has a null where its contract has none.") }}
    {% endif %}
{% endmacro %}
