{# After a build without errors the records of CSV files are in the checked tables:
   erased users' stay nowhere else. `csv_files` forgets with them that they were read. #}
{% macro forget_csv_records(results) %}
    {% set wrong = results | selectattr("status", "in", ["error", "skipped"]) | list %}
    {% if execute and precision_marketing.reads_files() and not wrong %}
        {% for node in graph.nodes.values() if node.name in ["csv_files", "csv_records"]
            and node.package_name == "precision_marketing" %}
            {% set relation = adapter.get_relation(
                node.database, node.schema, node.alias) %}
            {% if relation and node.name == "csv_records" %}
                {% do run_query("delete from " ~ relation
                    ~ " where broken_reason is null") %}
            {% elif relation %}
                {% do run_query("update " ~ relation
                    ~ " set modified_seconds = null") %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
