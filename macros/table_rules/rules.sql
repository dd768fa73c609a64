{# What the test `table_rules` is made of: a rule is its text, and SQL that counts the
   rows that break it and is null where none do. #}
{% macro checked_rules(relation, table, given, one_row) %}
    {% do precision_marketing.check_table_rules(table, given, one_row) %}
    {% do precision_marketing.check_rule_columns(table, given) if execute %}
    {{ return(
        precision_marketing.key_rules(relation, given["keys"])
        + precision_marketing.row_rules(given)
        + ([["one row", "nullif(count(*), 1)"]] if one_row else [])) }}
{% endmacro %}


{% macro broken_rules(relation, table, given, one_row) %}
    {% set rules = precision_marketing.checked_rules(relation, table, given, one_row) %}
    select rule, {{ precision_marketing.text_literal(table) }} as table_name, row_count
    from (
        select
            rules.rule,
            case rules.rule_number
            {% for rule in rules %}
                when {{ loop.index }} then counts.count_{{ loop.index }}
            {% endfor %}
            end as row_count
        from (
            select
            {% for _, count in rules %}{{ count }} as count_{{ loop.index }}, {% endfor %}
                count(*) as table_row_count
            from {{ relation }}
        ) as counts
        cross join (
        {% for rule, _ in rules %}
            {{ "union all" if not loop.first }} select {{ loop.index }} as rule_number,
                {{ precision_marketing.text_literal(rule) }} as rule
        {% endfor %}) as rules
    ) as counted
    where row_count is not null
{% endmacro %}


{% macro row_rules(given) %}
    {% set faults = [] %}
    {% for column in given.not_null %}
        {% do faults.append(["no null in " ~ column, column ~ " is null"]) %}
    {% endfor %}
    {% for range in given.ranges %}
        {% do faults.extend(precision_marketing.range_faults(range)) %}
    {% endfor %}
    {% for column, accepted in given["values"].items() %}
        {% set literals = [] %}
        {% for value in accepted %}
            {% do literals.append(
                precision_marketing.text_literal(value) if value is string else value) %}
        {% endfor %}
        {% do faults.append([
            "values of " ~ column ~ ": " ~ accepted | join(", "),
            column ~ " not in (" ~ literals | join(", ") ~ ")"]) %}
    {% endfor %}
    {% do faults.extend(precision_marketing.share_faults(given.shares)) %}
    {% for name, expression in given.expressions.items() %}
        {% do faults.append([name, "(" ~ expression ~ ") is not true"]) %}
    {% endfor %}
    {% set rules = [] %}
    {% for rule, fault in faults %}
        {% do rules.append(
            [rule, "nullif(count(case when " ~ fault ~ " then 1 end), 0)"]) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}


{% macro range_faults(range) %}
    {% set words, outside = [], [] %}
    {% for bound, word, sign in [["minimum", "from", "<"], ["maximum", "to", ">"]]
        if bound in range %}
        {% do words.append(" " ~ word ~ " " ~ range[bound]) %}
        {% do outside.append(" " ~ sign ~ " " ~ range[bound]) %}
    {% endfor %}
    {% set faults = [] %}
    {% for column in range.columns %}
        {% do faults.append([
            "range of " ~ column ~ words | join,
            column ~ outside | join(" or " ~ column)]) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{# A key counts the rows that have theirs in common with another. #}
{% macro key_rules(relation, keys) %}
    {% set rules = [] %}
    {% for key in keys %}
        {% set columns = precision_marketing.key_columns(key) | join(", ") %}
        {% set where = " where " ~ key.where if key is mapping and key.where else "" %}
        {% do rules.append([
            "key " ~ columns ~ where,
            "(select cast(sum(same_key.row_count) as bigint) from ("
                ~ "select count(*) as row_count from " ~ relation ~ where
                ~ " group by " ~ columns ~ " having count(*) > 1) as same_key)"]) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}


{# A key is written `user_id`, `[user_id, item_id]` or `{columns: ..., where: ...}`. #}
{% macro key_columns(key) %}
    {% set columns = key.columns if key is mapping else key %}
    {{ return([columns] if columns is string else columns) }}
{% endmacro %}


{# A text in SQL. #}
{% macro text_literal(value) %}
    {{ return(adapter.dispatch("text_literal", "precision_marketing")(value)) }}
{% endmacro %}

{% macro default__text_literal(value) %}
    {{ return("'" ~ value | replace("'", "''") ~ "'") }}
{% endmacro %}

{% macro spark__text_literal(value) %}
    {{ return("'" ~ value | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{% endmacro %}


{# What the tested table is called. While dbt parses, and with a `where` of the test,
   its relation does not say. #}
{% macro tested_table(relation) %}
    {{ return((execute and relation.identifier)
        or model.file_key_name.split(".") | last) }}
{% endmacro %}
