{# Which build a table is of, and whether the build is good: two tables in the schema
   `history`, which no build replaces, not even one with `--full-refresh`. They are
   written before the first node and after the last, so that whoever kills a build leaves
   it as `running` and what it had selected as `unfinished`. DuckDB files alone are
   published, so that elsewhere nothing is noted. #}
{% macro notes_builds() %}
    {{ return(execute and target.type == "duckdb"
        and flags.WHICH in ["build", "run", "seed", "snapshot", "test", "retry"]) }}
{% endmacro %}


{# A table beside `stg_build_history`. #}
{% macro notes_relation(name) %}
    {% set node = graph.nodes["model.precision_marketing.stg_build_history"] %}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=name)) }}
{% endmacro %}


{% macro make_notes() %}
    {% set history = precision_marketing.notes_relation("build_history") %}
    create schema if not exists {{ history.without_identifier() }};
    create table if not exists {{ history }} (
        build_id varchar primary key,
        state varchar not null,
        started_at timestamp not null,
        ended_at timestamp,
        code_version varchar not null,
        settings varchar not null,
        input_source varchar not null,
        data_until timestamp,
        inputs varchar,
        row_counts varchar,
        tests_passed bigint,
        tests_warned bigint,
        tests_not_run bigint
    );
    alter table {{ history }} add column if not exists as_of_at timestamp;
    alter table {{ history }} add column if not exists published_at timestamp;
    {{ precision_marketing.make_memory() }}
    create table if not exists {{ precision_marketing.notes_relation("build_nodes") }} (
        unique_id varchar primary key,
        kind varchar not null,
        schema_name varchar not null,
        table_name varchar not null,
        build_id varchar,
        state varchar not null
    );
{% endmacro %}


{# The package's nodes of a kind: `mart`, `table` (what else holds data), `test`. Tests of
   models that are not built here stay in the graph and read nothing. #}
{% macro nodes_of_kind(kind) %}
    {% set found = [] %}
    {% for node in graph.nodes.values()
        if node.package_name == "precision_marketing"
        and precision_marketing.node_kind(node) == kind
        and (kind != "test" or node.depends_on.nodes) %}
        {% do found.append(node) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{% macro node_kind(node) %}
    {{ return(
        "test" if node.resource_type == "test"
        else "mart" if node.resource_type == "model" and node.fqn[1] == "marts"
        else "table" if node.resource_type in ["model", "seed", "snapshot"]
    ) }}
{% endmacro %}


{# These and the tests that are checked where their tables are made. #}
{% macro with_rules_at_build(unique_ids) %}
    {{ return(unique_ids + precision_marketing.rules_at_build(unique_ids)
        | map(attribute="unique_id") | list) }}
{% endmacro %}


{# Before the first node: the build that begins, and all that is selected as unfinished.
   What the project no longer has cannot be finished, and is forgotten; marts that it has
   and that no build has made are listed too. #}
{% macro note_start() %}
    {% do precision_marketing.forget_notes_on_spark() %}
    {% if not precision_marketing.notes_builds() %}{{ return("") }}{% endif %}
    {% do run_query(precision_marketing.make_notes()) %}
    {% set nodes = precision_marketing.notes_relation("build_nodes") %}
    {% set values, unmade = [], [] %}
    {% set build_id = precision_marketing.begun_build_id() %}
    {% set noted = precision_marketing.with_rules_at_build(selected_resources) %}
    {% for node in graph.nodes.values() if node.unique_id in noted
        and node.package_name == "precision_marketing"
        and precision_marketing.node_kind(node) %}
        {% do values.append(precision_marketing.node_values(node, build_id)) %}
    {% endfor %}
    {% for node in precision_marketing.nodes_of_kind("mart") %}
        {% do unmade.append(precision_marketing.node_values(node)) %}
    {% endfor %}
    {{ precision_marketing.note_begun_build(build_id) }}
    delete from {{ nodes }}
    where unique_id not in ('{{ graph.nodes.keys() | join("', '") }}');
    {% if unmade %}
    insert or ignore into {{ nodes }} values {{ unmade | join(", ") }};
    {% endif %}
    {% if values %}
    insert or replace into {{ nodes }} values {{ values | join(", ") }};
    {% endif %}
{% endmacro %}


{% macro node_values(node, build_id=none) %}
    {{ return("('" ~ node.unique_id ~ "', '" ~ precision_marketing.node_kind(node)
        ~ "', " ~ precision_marketing.text_literal(node.schema) ~ ", "
        ~ precision_marketing.text_literal(node.alias or node.name) ~ ", "
        ~ (precision_marketing.text_literal(build_id) if build_id else "null")
        ~ ", 'unfinished')") }}
{% endmacro %}


{% macro note_begun_build(build_id) %}
    {% set history = precision_marketing.notes_relation("build_history") %}
    {% set literal = precision_marketing.text_literal %}
    update {{ history }} set state = 'interrupted' where state = 'running';
    insert into {{ history }} (
        build_id, state, started_at, code_version, settings, input_source
    )
    values (
        {{ literal(build_id) }},
        'running',
        {{ precision_marketing.time_now() }},
        {{ literal(precision_marketing.code_version()) }},
        {{ literal(precision_marketing.given_settings()) }},
        '{{ precision_marketing.input_source() }}'
    )
    on conflict (build_id) do update set state = 'running', ended_at = null;
{% endmacro %}


{# After the last node: what succeeded is finished, and a build of which nothing is
   unfinished has succeeded, but for `--empty` and `--sample`, which leave rows out. #}
{% macro note_end(results) %}
    {% do precision_marketing.note_end_on_spark(results) %}
    {% if not precision_marketing.notes_builds() %}{{ return("") }}{% endif %}
    {% set history = precision_marketing.notes_relation("build_history") %}
    {% set nodes = precision_marketing.notes_relation("build_nodes") %}
    {% for state, statuses in
        {"finished": ["success", "pass"], "warned": ["warn"]}.items() %}
    {% set ended = results | selectattr("status", "in", statuses)
        | map(attribute="node.unique_id") | list %}
    update {{ nodes }} set state = '{{ state }}'
    where unique_id in (
        '{{ precision_marketing.with_rules_at_build(ended) | join("', '") }}');
    {% endfor %}
    update {{ history }} as builds set
        {{ precision_marketing.build_facts(nodes) }}
        ended_at = {{ precision_marketing.time_now() }},
        state = case
            when exists (
                select 1 from {{ nodes }} as made
                where made.build_id = builds.build_id and made.state = 'unfinished'
            ) then 'failed'
            else '{{ "sampled" if flags.EMPTY or flags.SAMPLE else "succeeded" }}'
        end
    where state = 'running'
{% endmacro %}
