{# What was to be built or tested and has not succeeded since, so that a database whose
   last build failed or was killed is not published (DuckDB files are; elsewhere nothing
   is noted). Unit tests tell nothing about the data, and are left out. #}
{% macro unfinished_relation() %}
    {% set node = graph.nodes["model.precision_marketing.stg_build_history"] %}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier="unfinished_nodes")) }}
{% endmacro %}


{% macro notes_unfinished() %}
    {{ return(execute and target.type == "duckdb"
        and flags.WHICH in ["build", "run", "seed", "snapshot", "test", "retry"]) }}
{% endmacro %}


{# Before the first node: all that was selected. What the project no longer has cannot
   be finished, and is forgotten. #}
{% macro note_unfinished() %}
    {% if not precision_marketing.notes_unfinished() %}{{ return("") }}{% endif %}
    {% set nodes = [] %}
    {% for key in selected_resources if key in graph.nodes
        and graph.nodes[key].package_name == "precision_marketing" %}
        {% do nodes.append(key) %}
    {% endfor %}
    {% set relation = precision_marketing.unfinished_relation() %}
    create schema if not exists {{ relation.without_identifier() }};
    create table if not exists {{ relation }} (unique_id varchar primary key);
    delete from {{ relation }}
    where unique_id not in ('{{ graph.nodes.keys() | join("', '") }}');
    {% if nodes %}
    insert or ignore into {{ relation }}
    values ('{{ nodes | join("'), ('") }}');
    {% endif %}
{% endmacro %}


{# After the last node: those that succeeded are finished. #}
{% macro note_finished(results) %}
    {% if not precision_marketing.notes_unfinished() %}{{ return("") }}{% endif %}
    {% set finished = [] %}
    {% for result in results if result.status in ["success", "pass", "warn"] %}
        {% do finished.append(result.node.unique_id) %}
    {% endfor %}
    delete from {{ precision_marketing.unfinished_relation() }}
    where unique_id in ('{{ finished | join("', '") }}')
{% endmacro %}
