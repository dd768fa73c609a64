{# Post-hook of every table. A build that leaves the tests `table_rules` out by their name
   (`--exclude test_name:table_rules,config.severity:ERROR`) has their rules checked where
   each table is made: the node fails, and what reads it is skipped, as behind the test.
   A node of dbt for each test would be a third of a small build
   (docs/decisions/0020-rules-are-checked-where-tables-are-made.md). #}
{% macro check_made_table() %}
    {% set broken = [] %}
    {% for test in precision_marketing.rules_at_build([model.unique_id]) %}
        {% set given = test.test_metadata.kwargs %}
        {% set filtered = "(select * from " ~ this ~ " where " ~ test.config.where
            ~ ") as filtered" %}
        {% set rules = {} %}
        {% for name in ["keys", "not_null", "ranges", "values", "shares", "expressions"] %}
            {% do rules.update({name: precision_marketing.rendered_argument(given.get(
                name, {} if name in ["values", "shares", "expressions"] else []))}) %}
        {% endfor %}
        {% for row in run_query(precision_marketing.broken_rules(
            filtered if test.config.where else this, model.alias or model.name, rules,
            given.get("one_row", false)) ~ " order by rule") %}
            {% do broken.append(precision_marketing.broken_rule_in_words(row)) %}
        {% endfor %}
    {% endfor %}
    {% if broken %}{{ exceptions.raise_compiler_error(broken | join("\n")) }}{% endif %}
{% endmacro %}


{# The tests `table_rules` of these nodes that this build leaves out by name. #}
{% macro rules_at_build(unique_ids) %}
    {% set found = [] %}
    {% if execute and precision_marketing.leaves_rules_out() %}
        {% for node in graph.nodes.values() if node.attached_node in unique_ids
            and node.test_metadata and node.test_metadata.name == "table_rules"
            and node.config.severity | lower == "error"
            and node.unique_id not in selected_resources %}
            {% do found.append(node) %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}


{% macro leaves_rules_out() %}
    {{ return("test_name:table_rules" in invocation_args_dict.exclude | string) }}
{% endmacro %}


{# Elsewhere dbt has other hooks, or none after a transaction. #}
{% macro validate_left_out_rules() %}
    {% if precision_marketing.leaves_rules_out() and target.type != "duckdb" %}
        {{ exceptions.raise_compiler_error(
            "Rules are checked where tables are made on DuckDB alone: leave out "
            ~ "`--exclude test_name:table_rules`.") }}
    {% endif %}
{% endmacro %}


{# An argument of a test as dbt gives it to the test: a text with Jinja, rendered. #}
{% macro rendered_argument(value) %}
    {% if value is mapping %}
        {% set parts = {} %}
        {% for name, part in value.items() %}
            {% do parts.update({name: precision_marketing.rendered_argument(part)}) %}
        {% endfor %}
        {{ return(parts) }}
    {% elif value is string and "{" ~ "{" in value %}
        {% set text = render(value) | trim %}
        {{ return(fromyaml(text) if text[:1] == "[" else text) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
