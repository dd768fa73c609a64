{# What a build goes on from that was published before (docs/decisions/0015): tables in
   the schema `history` of the same names as these models. Publications alone write them
   (precision_marketing.publishing.histories), so that nothing else is remembered, and no
   full refresh, rebuild or failed build forgets. #}
{% macro remembered_models() %}
    {% set found = [] %}
    {% for name in ["audience_history", "int_holdout_draws"] %}
        {% set node = graph.nodes["model.precision_marketing." ~ name] %}
        {% if node %}{% do found.append(node) %}{% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{# The rows that this model goes on from; none where there are none. Elsewhere than in a
   DuckDB file nothing is published, and a build goes on from the last one. #}
{% macro remembered_rows() %}
    {% if not execute %}{{ return(none) }}{% endif %}
    {% if precision_marketing.remembers_publications() %}
        {{ return(precision_marketing.notes_relation(this.identifier)) }}
    {% endif %}
    {{ return(none if flags.FULL_REFRESH else load_relation(this)) }}
{% endmacro %}


{% macro remembers_publications() %}
    {{ return(target.type == "duckdb"
        and precision_marketing.setting("publication", "remembered") == "published") }}
{% endmacro %}


{# SQL that makes the memory, and what builds are compared by, where there is none. Of a database that an earlier version
   has built, the last tables were their own memory. #}
{% macro make_memory() %}
    create table if not exists {{ precision_marketing.notes_relation("build_measures") }}
    (
        build_id varchar not null,
        measure_name varchar not null,
        subject varchar not null,
        measured_value double,
        outcome varchar not null,
        is_relearning_due boolean not null
    );
    {% for node in precision_marketing.remembered_models() %}
    {% set memory = precision_marketing.notes_relation(node.alias) %}
    {% set earlier = adapter.get_relation(node.database, node.schema, node.alias) %}
    create table if not exists {{ memory }} as
    {% if earlier %}
    select * from {{ earlier }};
    {% else %}
    select * from ({{ precision_marketing.no_memory(node.alias) }}) as nothing
    where false;
    {% endif %}
    {% endfor %}
{% endmacro %}


{% macro no_memory(name) %}
    select
        'c1' as campaign_id,
        'u1' as user_id,
    {% if name == "audience_history" %}
        cast(null as timestamp) as entered_at,
        cast(null as timestamp) as exited_at,
        cast(null as varchar) as exit_reason
    {% else %}
        true as is_held_out,
        true as is_todays_draw,
        cast(null as timestamp) as drawn_at,
        's' as salt
    {% endif %}
{% endmacro %}


{# Take the erased out of what is remembered, after they were listed. #}
{% macro forget_in_memory() %}
    {% if not execute or not precision_marketing.notes_builds() %}{{ return("") }}{% endif %}
    {% for node in precision_marketing.remembered_models() %}
    delete from {{ precision_marketing.notes_relation(node.alias) }}
    where exists (select 1 from {{ this }}) and {{ precision_marketing.user_hash(
        "user_id", "(select max(salt) from " ~ this ~ ")") }}
        in (select user_hash from {{ this }} where readmitted_at is null);
    {% endfor %}
{% endmacro %}
