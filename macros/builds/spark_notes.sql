{# Which build the tables of Spark are of: as `note_start` and `note_end` say it of a
   DuckDB file, but written once, after the last node, since Parquet is not updated. Before
   the first node the last notes go, so that a build which is killed has none and is not
   published. #}
{% macro notes_on_spark() %}
    {{ return(execute and target.type == "spark" and flags.WHICH == "build") }}
{% endmacro %}


{% macro forget_notes_on_spark() %}
    {% if precision_marketing.notes_on_spark() %}
        {% for name in ["build_nodes", "build_history"] %}
            {% do run_query("drop table if exists "
                ~ precision_marketing.notes_relation(name)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{% macro note_end_on_spark(results) %}
    {% if not precision_marketing.notes_on_spark() %}{{ return("") }}{% endif %}
    {% set states = {} %}
    {% for result in results %}
        {% do states.update({result.node.unique_id:
            {"success": "finished", "pass": "finished", "warn": "warned"}.get(
                result.status | string, "unfinished")}) %}
    {% endfor %}
    {% set literal = precision_marketing.text_literal %}
    {% set rows = [] %}
    {% for node in graph.nodes.values() if node.package_name == "precision_marketing"
        and precision_marketing.node_kind(node) and (node.unique_id in selected_resources
            or precision_marketing.node_kind(node) == "mart") %}
        {% do rows.append("(" ~ literal(node.unique_id) ~ ", "
            ~ literal(precision_marketing.node_kind(node)) ~ ", " ~ literal(node.schema)
            ~ ", " ~ literal(node.alias or node.name) ~ ", "
            ~ (literal(invocation_id) if node.unique_id in selected_resources
                else "cast(null as string)")
            ~ ", " ~ literal(states.get(node.unique_id, "unfinished")) ~ ")") %}
    {% endfor %}
    {% set nodes = precision_marketing.notes_relation("build_nodes") %}
    {# dbt makes the schemas of what is selected, and this may not be of it. #}
    {% do run_query("create schema if not exists " ~ nodes.without_identifier()) %}
    {% do precision_marketing.make_anew(nodes,
        "select * from values " ~ rows | join(", ") ~ " as nodes (unique_id, kind,"
        ~ " schema_name, table_name, build_id, state)") %}
    {% do precision_marketing.make_anew(
        precision_marketing.notes_relation("build_history"),
        precision_marketing.build_on_spark(states)) %}
{% endmacro %}


{# The row of the build: `macros/builds/build_notes.sql` says what its columns are. #}
{% macro build_on_spark(states) %}
    {% set literal = precision_marketing.text_literal %}
    select
        {{ literal(invocation_id) }} as build_id,
        '{{ precision_marketing.state_on_spark(states) }}' as state,
        cast('{{ run_started_at.astimezone(modules.pytz.utc).strftime(
            "%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as started_at,
        {{ precision_marketing.time_now() }} as ended_at,
        {{ literal(precision_marketing.code_version()) }} as code_version,
        {{ literal(precision_marketing.given_settings()) }} as settings,
        '{{ precision_marketing.input_source() }}' as input_source,
        {{ precision_marketing.latest_kept_event() }} as data_until,
        {{ literal(tojson(precision_marketing.input_rows_on_spark())) }} as inputs,
        {{ literal(tojson(precision_marketing.mart_rows_on_spark(states))) }}
            as row_counts,
        {% for column, count in precision_marketing.tests_on_spark(states).items() %}
        cast({{ count }} as bigint) as {{ column }},
        {% endfor %}
        cast(null as timestamp) as as_of_at,
        cast(null as timestamp) as published_at
{% endmacro %}


{# Exposures and saved queries are selected too, and nothing is made of them. #}
{% macro state_on_spark(states) %}
    {% for unique_id in selected_resources if unique_id in graph.nodes
        and states.get(unique_id, "unfinished") == "unfinished" %}
        {{ return("failed") }}
    {% endfor %}
    {{ return("sampled" if flags.EMPTY or flags.SAMPLE else "succeeded") }}
{% endmacro %}


{% macro tests_on_spark(states) %}
    {% set found = [] %}
    {% for node in precision_marketing.nodes_of_kind("test") %}
        {% do found.append(states.get(node.unique_id, "unfinished")) %}
    {% endfor %}
    {{ return({
        "tests_passed": found | reject("equalto", "unfinished") | list | length,
        "tests_warned": found | select("equalto", "warned") | list | length,
        "tests_not_run": found | select("equalto", "unfinished") | list | length,
    }) }}
{% endmacro %}


{% macro mart_rows_on_spark(states) %}
    {% set counts = {} %}
    {% for node in precision_marketing.nodes_of_kind("mart")
        if states.get(node.unique_id) == "finished" %}
        {% set relation = adapter.get_relation(node.database, node.schema, node.alias) %}
        {% do counts.update({node.alias: run_query(
            "select count(*) from " ~ relation).rows[0][0] | int}) if relation %}
    {% endfor %}
    {{ return(counts) }}
{% endmacro %}


{# Rows and fingerprint by input, which other engines' are not compared with. #}
{% macro input_rows_on_spark() %}
    {% set found = {} %}
    {% for input_name, facts in precision_marketing.input_contract().items() %}
        {% set relation = precision_marketing.checked_relation(input_name) %}
        {% if relation %}
            {% set row = run_query("select count(*), md5(cast(coalesce(sum(cast(xxhash64("
                ~ facts["columns"] | map("first") | join(", ")
                ~ ") as decimal(38, 0))), 0) as string)) from " ~ relation).rows[0] %}
            {% do found.update({input_name:
                {"rows": row[0] | int, "fingerprint": row[1] | string}}) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
