{# The rules of a table in one query, which scans it once for all that single rows tell
   and once more for each key. A row of the result is a broken rule. #}
{% test table_rules(model, keys=[], not_null=[], ranges=[], values={}, shares={},
    expressions={}, one_row=false) %}
    {% set rules = precision_marketing.checked_rules(model, {
        "keys": keys, "not_null": not_null, "ranges": ranges, "values": values,
        "shares": shares, "expressions": expressions}, one_row) %}
    {% set table = precision_marketing.tested_table(model) %}
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
            from {{ model }}
        ) as counts
        cross join (
        {% for rule, _ in rules %}
            {{ "union all" if not loop.first }} select {{ loop.index }} as rule_number,
                {{ precision_marketing.text_literal(rule) }} as rule
        {% endfor %}) as rules
    ) as counted
    where row_count is not null
{% endtest %}
