{# Stop unless the arguments of the test `table_rules` are of the kinds that it reads. #}
{% macro check_table_rules(table, given, one_row) %}
    {% for name, value in given.items() %}
        {% set is_mapping = name in ["values", "shares", "expressions"] %}
        {% set is_right = (value is mapping) if is_mapping
            else precision_marketing.is_list(value) %}
        {% if not is_right %}
            {% do precision_marketing.table_rules_error(table, "`" ~ name ~ "` is to be "
                ~ ("a mapping by " ~ ("name" if name == "expressions" else "column")
                    if is_mapping else "a list, as `[" ~ value ~ "]`") ~ ".") %}
        {% endif %}
    {% endfor %}
    {% for range in given.ranges %}
        {% if range is not mapping or "columns" not in range
            or not precision_marketing.is_list(range.columns)
            or not ("minimum" in range or "maximum" in range)
            or range.keys() | reject("in", ["columns", "minimum", "maximum"]) | list %}
            {% do precision_marketing.table_rules_error(table, "a range is written "
                ~ "`{columns: [a, b], minimum: 0, maximum: 1}`, with one bound or both, "
                ~ "not `" ~ range ~ "`.") %}
        {% endif %}
    {% endfor %}
    {% do precision_marketing.check_shares(table, given.shares) %}
    {% if not (one_row or given.values() | select | list) %}
        {% do precision_marketing.table_rules_error(table, "it names no rule: give it "
            ~ "one_row: true, " ~ given.keys() | join(" or ") ~ ".") %}
    {% endif %}
{% endmacro %}


{# Stop at a column that the table's contract has not. To ask the database would cost a
   third of the test; for tables without a contract its own error names the column. #}
{% macro check_rule_columns(table, given) %}
    {% set tested = graph.nodes.get(
        model.get("attached_node") or model.unique_id, {}) %}
    {% if not tested.get("contract", {}).get("enforced") %}{{ return(none) }}{% endif %}
    {% set named = given.not_null + given["values"].keys() | list %}
    {% for key in given["keys"] %}
        {% do named.extend(precision_marketing.key_columns(key)) %}
    {% endfor %}
    {% for range in given.ranges %}
        {% do named.extend(range.columns) %}
    {% endfor %}
    {% for rate, counts in given.shares.items() %}
        {% do named.extend([rate, rate ~ "_lower", rate ~ "_upper"] + counts) %}
    {% endfor %}
    {% set columns = tested.columns.keys() | list %}
    {% for column in named if column not in columns %}
        {% do precision_marketing.table_rules_error(table, "it has no column `" ~ column
            ~ "`: " ~ precision_marketing.nearest_or_all(
                column, columns, "its columns")) %}
    {% endfor %}
{% endmacro %}


{% macro table_rules_error(table, what) %}
    {{ exceptions.raise_compiler_error(
        "The test `table_rules` of `" ~ table ~ "`: " ~ what) }}
{% endmacro %}
