{# The rules of a table in one query, which scans it once for all that single rows tell
   and once more for each key. A row of the result is a broken rule. #}
{% test table_rules(
    model, keys=[], not_null=[], ranges=[], values={}, expressions={}, one_row=false
) %}
    {% set table = precision_marketing.tested_table(model) %}
    {% set given = {"keys": keys, "not_null": not_null, "ranges": ranges,
        "values": values, "expressions": expressions} %}
    {% do precision_marketing.check_table_rules(table, given, one_row) %}
    {% do precision_marketing.check_rule_columns(table, given) if execute %}
    {% set rules = precision_marketing.key_rules(given, model)
        + precision_marketing.row_rules(given)
        + ([["one row", "nullif(count(*), 1)"]] if one_row else []) %}
    select
        rule,
        {{ precision_marketing.text_literal(table) }} as table_name,
        row_count
    from (
        select
            rules.rule,
            case rules.rule_number
            {% for rule, count in rules %}
                when {{ loop.index }} then counts.count_{{ loop.index }}
            {% endfor %}
            end as row_count
        from (
            select
            {% for rule, count in rules %}
                {{ count }} as count_{{ loop.index }},
            {% endfor %}
                count(*) as table_row_count
            from {{ model }}
        ) as counts
        cross join (
        {% for rule, count in rules %}
            {{ "union all" if not loop.first }}
            select
                {{ loop.index }} as rule_number,
                {{ precision_marketing.text_literal(rule) }} as rule
        {% endfor %}
        ) as rules
    ) as counted
    where row_count is not null
{% endtest %}
