{# After the last table: look for the erased in every table of the package that names
   users, and write into `erasure_audit` in how many was looked and in how many one is
   still found. If any is, the build fails, and nothing is published. #}
{% macro confirm_erasures(results) %}
    {% set audits = results | selectattr("status", "equalto", "success")
        | selectattr("node.name", "equalto", "erasure_audit") | list %}
    {% if not audits or target.type != "duckdb" %}{{ return("") }}{% endif %}
    {% set audit = audits[0].node.relation_name %}
    {% set tables = precision_marketing.tables_of_users() %}
    {% set holding = run_query(precision_marketing.tables_of_erased(tables)) %}
    {% do run_query(precision_marketing.confirmation(audit, tables, holding)) %}
    {% if holding %}
        {% do adapter.commit() %}
        {% do exceptions.raise_compiler_error("Erased users are still in "
            ~ holding.columns["table_name"].values() | unique | join(", ")
            ~ ": run `dbt build` for all tables, and drop what is no longer made. Until"
            ~ " then nothing is to be published.") %}
    {% endif %}
{% endmacro %}


{# The file cannot be put in another's place while dbt has it open, so after a build that
   left rows out publishing does that (`privacy/fresh_file.py`): who builds alone is told. #}
{% macro say_what_is_in_freed_blocks(results) %}
    {% set audits = results | selectattr("status", "equalto", "success")
        | selectattr("node.name", "equalto", "erasure_audit") | list %}
    {% if not audits or target.type != "duckdb" %}{{ return("") }}{% endif %}
    {% set matches = precision_marketing.earlier_table("stg_erasure_matches") %}
    {% set rewritten = load_relation(api.Relation.create(database=matches.database,
        schema=matches.schema, identifier="rewritten_for_requests")) %}
    {% set found = run_query("select count(*) as found from " ~ matches) %}
    {% set before = run_query("select request_count as found from " ~ rewritten)
        if rewritten else none %}
    {% set matched = found.columns["found"].values()[0] %}
    {% if matched != (before.columns["found"].values()[0] if before else 0)
        or (matched and precision_marketing.reads_files()) %}
        {% do print("Freed blocks of the database may still hold rows of erased users:"
            ~ " `make publish` writes it anew without them, as `make run` does.") %}
    {% endif %}
{% endmacro %}


{# The package's tables with a column `user_id`: of this build, and marts of parts that
   an earlier one has built. A host's own tables may be in the same schemas. #}
{% macro tables_of_users() %}
    {% set schemas, names = [], [] %}
    {% for node in graph.nodes.values() if node.package_name == "precision_marketing"
        and node.resource_type == "model" %}
        {% do schemas.append(node.schema) %}
        {% do names.append(node.alias) %}
    {% endfor %}
    {% set seed = graph.nodes["seed.precision_marketing.mart_purposes"] %}
    {% set purposes = adapter.get_relation(seed.database, seed.schema, seed.alias) %}
    {% set found = run_query("select '\"' || schema_name || '\".\"' || table_name"
        ~ " || '\"' as name from duckdb_columns() semi join duckdb_tables()"
        ~ " using (database_name, schema_name, table_name)"
        ~ " where database_name = current_database() and column_name = 'user_id'"
        ~ " and schema_name in ('" ~ schemas | unique | join("', '") ~ "')"
        ~ " and (table_name in ('" ~ names | join("', '") ~ "')"
        ~ (" or table_name in (select mart from " ~ purposes ~ ")" if purposes else "")
        ~ ") order by name") %}
    {{ return(found.columns["name"].values() | list) }}
{% endmacro %}


{# Which tables hold the user of which request. #}
{% macro tables_of_erased(tables) %}
    with erased_users as (
        select * from {{ precision_marketing.earlier_table("stg_suppressed_users") }}
        where readmitted_at is null
    ),
    named as (
        {% for table in tables %}
        {{ "union all" if not loop.first }}
        select distinct '{{ table }}' as table_name, user_id from {{ table }}
        where exists (select 1 from erased_users)
        {% endfor %}
    ),
    ids as (
        select user_id, {{ precision_marketing.user_hash("user_id",
            "(select max(erased_users.salt) from erased_users)") }} as user_hash
        from (select distinct user_id from named)
    )
    select erased_users.request_number, named.table_name
    from erased_users
    inner join ids using (user_hash)
    inner join named using (user_id)
    order by named.table_name
{% endmacro %}


{# The update of the audit. #}
{% macro confirmation(audit, tables, holding) %}
    {% set requests = holding.columns["request_number"].values() | list %}
    update {{ audit }} set
        checked_relation_count = {{ tables | length }},
        holding_relation_count = len(list_filter(
            cast([{{ requests | join(", ") }}] as bigint[]),
            lambda n: n = request_number
        ))
{% endmacro %}
