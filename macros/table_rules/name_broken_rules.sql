{# Print the rules that tests `table_rules` found broken, since dbt says only how many
   there are. Failures that were stored are read; else the query runs once more. #}
{% macro name_broken_rules(results) %}
    {% for result in results
        if result.status in ["fail", "warn"] and result.node.resource_type == "test"
        and "macro.precision_marketing.test_table_rules"
            in result.node.depends_on.macros %}
        {% set rows = run_query(
            "select rule, table_name, row_count from "
            ~ (result.node.relation_name or "(" ~ result.node.compiled_code ~ ") as broken")
            ~ " order by rule") %}
        {% for row in rows %}
            {% do print(precision_marketing.broken_rule_in_words(row)) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro broken_rule_in_words(row) %}
    {{ return("Rule broken in " ~ row["table_name"] ~ ": " ~ row["rule"] ~ " ("
        ~ row["row_count"] ~ (" row)" if row["row_count"] == 1 else " rows)")) }}
{% endmacro %}
