{# The list of the erased holds no ids but these: an id as two spellings of it are
   alike, with the list's salt (docs/decisions/0030). #}
{% macro user_hash(user_id, salt) %}
    {{ return(precision_marketing.sha256_of(
        salt ~ " || chr(31) || " ~ precision_marketing.id_key(user_id))) }}
{% endmacro %}


{# Who is erased: by the requests of this build, and by the list, so that a build
   without them forgets nobody. #}
{% macro erased_users() %}
    {% set list = precision_marketing.earlier_table("stg_suppressed_users") %}
    select
        user_id as user_hash,
        salt
    from {{ ref("precision_marketing", "stg_erasure_requests_checked") }}
    where row_status = 'kept'
    {% if list %}
    union
    select
        user_hash,
        salt
    from {{ list }}
    where readmitted_at is null
    {% endif %}
{% endmacro %}


{# Whether a user is one of the CTE `erased_users`; nothing is hashed for none. #}
{% macro is_erased(user_id) %}
    coalesce(
        {{ precision_marketing.user_hash(
            user_id, "(select max(erased_users.salt) from erased_users)") }}
        in (select erased_users.user_hash from erased_users),
        false
    )
{%- endmacro %}


{# The table of a model of the schema `history`, as the last build left it; none before
   the first. Read without `ref`, by what the model itself is made from. #}
{% macro earlier_table(name) %}
    {% if not execute %}{{ return(none) }}{% endif %}
    {% set node = graph.nodes["model.precision_marketing." ~ name] %}
    {{ return(load_relation(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias))) }}
{% endmacro %}


{# The salt of the list, or a new one while there is no list, as a select of one row. #}
{% macro suppression_salt() %}
    {% set list = precision_marketing.earlier_table("stg_suppressed_users") %}
    select coalesce(
        {% if list %}(select max(listed.salt) from {{ list }} as listed),{% endif %}
        {{ precision_marketing.random_salt() }}
    ) as salt
{% endmacro %}


{# Take a user off the list by the number in `erasure_audit`: what the list never does
   by itself. `dbt run-operation precision_marketing.readmit --args '{request: 7}'`. #}
{% macro readmit(request) %}
    {% set list = precision_marketing.earlier_table("stg_suppressed_users") %}
    {% set listed = run_query("select 1 from " ~ list ~ " where request_number = "
        ~ request | int ~ " and readmitted_at is null") if list else [] %}
    {% if not listed %}
        {% do exceptions.raise_compiler_error("No user is erased by request "
            ~ request ~ ": see request_number in marts.erasure_audit.") %}
    {% endif %}
    {% do run_query("update " ~ list ~ " set readmitted_at = "
        ~ precision_marketing.build_time() ~ " where request_number = "
        ~ request | int ~ " and readmitted_at is null") %}
    {% do adapter.commit() if target.type == "duckdb" %}
    {{ print("Request " ~ request ~ " no longer erases its user: the next build reads"
        ~ " the user's rows again, unless the inputs ask for erasure anew.") }}
{% endmacro %}
