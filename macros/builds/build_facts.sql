{# The name of the build that begins. A run of nothing but tests, or of nothing but what
   the last build left unfinished (`dbt retry`), goes on with that build; any other is a
   build of its own. Who builds in several commands gives all of them one name. #}
{% macro begun_build_id() %}
    {% set given = env_var("PRECISION_MARKETING_BUILD_ID", "") %}
    {% if given %}{{ return(given) }}{% endif %}
    {% set selected = [] %}
    {% for key in selected_resources if key in graph.nodes
        and graph.nodes[key].package_name == "precision_marketing"
        and precision_marketing.node_kind(graph.nodes[key]) in ["mart", "table"] %}
        {% do selected.append(key) %}
    {% endfor %}
    {% set latest = run_query(
        "select build_id, state, code_version, settings from "
        ~ precision_marketing.notes_relation("build_history")
        ~ " order by started_at desc, build_id limit 1") %}
    {% for build in latest %}
        {% set goes_on = build["state"] != "succeeded"
            and build["code_version"] == precision_marketing.code_version()
            and build["settings"] == precision_marketing.given_settings() %}
        {% if not selected or (goes_on
            and precision_marketing.are_unfinished(build["build_id"], selected)) %}
            {{ return(build["build_id"]) }}
        {% endif %}
    {% endfor %}
    {{ return(invocation_id) }}
{% endmacro %}


{# Whether these are unfinished nodes of a build that has finished others. #}
{% macro are_unfinished(build_id, unique_ids) %}
    {% set counted = run_query(
        "select count(*) as node_count from "
        ~ precision_marketing.notes_relation("build_nodes")
        ~ " as nodes where build_id = " ~ precision_marketing.text_literal(build_id)
        ~ " and state = 'unfinished' and unique_id in ('" ~ unique_ids | join("', '")
        ~ "') and exists (select 1 from "
        ~ precision_marketing.notes_relation("build_nodes")
        ~ " as made where made.build_id = nodes.build_id and made.state != 'unfinished')"
    ) %}
    {{ return(counted[0]["node_count"] == unique_ids | length) }}
{% endmacro %}


{# The package's version, and what its models and tests are as they stand here. #}
{% macro code_version() %}
    {% set history = graph.nodes["model.precision_marketing.stg_build_history"] %}
    {% set checksums = [] %}
    {% for kind in ["mart", "table", "test"] %}
        {% for node in precision_marketing.nodes_of_kind(kind) %}
            {% do checksums.append(node.unique_id ~ node.checksum.checksum) %}
        {% endfor %}
    {% endfor %}
    {{ return(history.config.meta.package_version ~ "+"
        ~ local_md5(checksums | sort | join(" "))[:12]) }}
{% endmacro %}


{# The vars that were given, as JSON, and all that publishing reads. #}
{% macro given_settings() %}
    {% set given = {} %}
    {% for name in precision_marketing.settings_table()
        | map(attribute="var") | unique if var(name, none) is not none %}
        {% do given.update({name: precision_marketing.json_value(
            var(name), is_secret=name == "inputs")}) %}
    {% endfor %}
    {% set publication = {} %}
    {% for key in ["marts", "earlier"] %}
        {% do publication.update(
            {key: precision_marketing.setting("publication", key)}) %}
    {% endfor %}
    {{ return(tojson(dict(given, publication=publication), sort_keys=true)) }}
{% endmacro %}


{# What JSON can say of a value of YAML: a date is a text. Of salts, and of inputs, whose
   addresses may have passwords in them, that there is one. #}
{% macro json_value(value, is_secret=false) %}
    {% set parts = [] %}
    {% if value is mapping %}
        {% for key, part in value.items() %}
            {% do parts.append([key | string, precision_marketing.json_value(
                part, is_secret or "salt" in key | string)]) %}
        {% endfor %}
        {{ return(dict(parts)) }}
    {% elif precision_marketing.is_list(value) %}
        {% for part in value %}
            {% do parts.append(precision_marketing.json_value(part, is_secret)) %}
        {% endfor %}
        {{ return(parts) }}
    {% endif %}
    {{ return("..." if is_secret else value if value is number or value is none
        else value | string) }}
{% endmacro %}


{% macro time_now() %}
    {{ return("cast('" ~ modules.datetime.datetime.now(modules.pytz.utc).strftime(
        "%Y-%m-%d %H:%M:%S.%f") ~ "' as timestamp)") }}
{% endmacro %}


{# What an ended build knows of itself, as assignments. #}
{% macro build_facts(nodes) %}
    {% set of_build = "made.build_id = builds.build_id and made.kind = 'test'" %}
    {% for column, states in
        {"tests_passed": "'finished', 'warned'", "tests_warned": "'warned'"}.items() %}
        {{ column }} = (
            select count(*) from {{ nodes }} as made
            where {{ of_build }} and made.state in ({{ states }})
        ),
    {% endfor %}
        tests_not_run = {{ precision_marketing.nodes_of_kind("test") | length }} - (
            select count(*) from {{ nodes }} as made where {{ of_build }}
        ),
        row_counts = ({{ precision_marketing.rows_of_marts(nodes) }}),
        inputs = ({{ precision_marketing.input_fingerprints() }}),
        data_until = {{ precision_marketing.latest_kept_event() }},
{% endmacro %}


{# Rows by mart of those that the build has made, as JSON. #}
{% macro rows_of_marts(nodes) %}
    select cast(json_group_object(counted.table_name, counted.row_count) as varchar)
    from (
        select '' as table_name, 0 as row_count where false
        {% for node in precision_marketing.nodes_of_kind("mart") %}
        {% set relation = adapter.get_relation(node.database, node.schema, node.alias) %}
        {% if relation %}
        union all
        select {{ precision_marketing.text_literal(node.alias) }}, count(*)
        from {{ relation }}
        {% endif %}
        {% endfor %}
    ) as counted
    where counted.table_name in (
        select made.table_name from {{ nodes }} as made
        where made.build_id = builds.build_id and made.kind = 'mart'
            and made.state != 'unfinished'
    )
{% endmacro %}


{# Rows and a fingerprint by input of what was read, as JSON: equal rows in any order
   have equal fingerprints. Erased users' rows are in neither. #}
{% macro input_fingerprints() %}
    select cast(json_group_object(read_rows.input_name, json_object(
        'rows', read_rows.row_count, 'fingerprint', read_rows.fingerprint
    )) as varchar)
    from (
        select '' as input_name, 0 as row_count, '' as fingerprint where false
        {% for input_name, facts in precision_marketing.input_contract().items() %}
        {% set relation = precision_marketing.checked_relation(input_name) %}
        {% if relation %}
        union all
        select
            '{{ input_name }}',
            count(*),
            md5(cast(coalesce(sum(cast(hash(
                {{ facts["columns"] | map("first") | join(", ") }}
            ) as hugeint)), 0) as varchar))
        from {{ relation }}
        {% endif %}
        {% endfor %}
    ) as read_rows
{% endmacro %}


{% macro checked_relation(input_name) %}
    {% set node = graph.nodes[
        "model.precision_marketing.stg_" ~ input_name ~ "_checked"] %}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
{% endmacro %}


{% macro latest_kept_event() %}
    {% set relation = precision_marketing.checked_relation("events") %}
    {{ return("(select max(occurred_at) from " ~ relation
        ~ " where row_status = 'kept')" if relation else "null") }}
{% endmacro %}
