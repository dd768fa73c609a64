{# After the last table: look for the erased in every table of the package that names
   users, and write into `erasure_audit` in how many was looked and in how many one is
   still found. If any is, the build fails, and nothing is published. #}
{% macro confirm_erasures(results) %}
    {% set audits = results | selectattr("status", "equalto", "success")
        | selectattr("node.name", "equalto", "erasure_audit") | list %}
    {% if not execute or not audits or target.type != "duckdb" %}{{ return("") }}{% endif %}
    {% set audit = audits[0].node.relation_name %}
    {% set tables = precision_marketing.tables_of_users() %}
    {% do run_query(precision_marketing.confirmation(audit, tables)) %}
    {% set found = run_query("select request_number from " ~ audit
        ~ " where outcome <> 'readmitted' and holding_relation_count > 0 limit 1") %}
    {% if found %}
        {% do adapter.commit() %}
        {% do exceptions.raise_compiler_error("Request for erasure "
            ~ found.rows[0][0] ~ " is not carried out everywhere, and nothing is to be"
            ~ " published: build all tables with `dbt build`, since some are of an"
            ~ " earlier build.") %}
    {% endif %}
{% endmacro %}


{# Relations of the package's own tables that have a column `user_id`. #}
{% macro tables_of_users() %}
    {% set names = {} %}
    {% for row in run_query("select distinct schema_name, table_name from
        duckdb_columns() where database_name = current_database() and column_name =
        'user_id' and table_name in (select table_name from duckdb_tables() where
        database_name = current_database())") %}
        {% do names.update({row[0] ~ "." ~ row[1]: true}) %}
    {% endfor %}
    {% set found = [] %}
    {% for node in graph.nodes.values() if node.package_name == "precision_marketing"
        and node.resource_type == "model" and node.schema ~ "." ~ node.alias in names %}
        {% do found.append(node.relation_name) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{# The update of the audit. #}
{% macro confirmation(audit, tables) %}
    with erased_users as (
        select * from {{ precision_marketing.earlier_table("stg_suppressed_users") }}
        where readmitted_at is null
    ),
    named as (
        {% for table in tables %}
        {{ "union all" if not loop.first }} select distinct user_id from {{ table }}
        {% endfor %}
    ),
    ids as (
        select user_id, {{ precision_marketing.user_hash("user_id",
            "(select max(erased_users.salt) from erased_users)") }} as user_hash
        from (select distinct user_id from named)
        where exists (select 1 from erased_users)
    ),
    held as (
        select erased_users.request_number, count(*) as table_count
        from erased_users
        inner join ids using (user_hash)
        inner join named using (user_id)
        group by erased_users.request_number
    )
    update {{ audit }} as audit set
        checked_relation_count = {{ tables | length }},
        holding_relation_count = coalesce((
            select held.table_count from held
            where held.request_number = audit.request_number
        ), 0)
{% endmacro %}
