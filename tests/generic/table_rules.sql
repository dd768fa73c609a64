{# The rules of a table in one query, which scans it once for all that single rows tell
   and once more for each key. A row of the result is a broken rule. #}
{% test table_rules(model, keys=[], not_null=[], ranges=[], values={}, shares={},
    expressions={}, one_row=false) %}
    {{ precision_marketing.broken_rules(
        model, precision_marketing.tested_table(model), {
            "keys": keys, "not_null": not_null, "ranges": ranges, "values": values,
            "shares": shares, "expressions": expressions}, one_row) }}
{% endtest %}
