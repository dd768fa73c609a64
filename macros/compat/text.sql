{# Texts of a group joined by spaces in a given order. #}
{% macro ordered_text(expression, order) %}
    {{ return(adapter.dispatch("ordered_text", "precision_marketing")(expression, order)) }}
{% endmacro %}

{% macro default__ordered_text(expression, order) %}
    {{ return("string_agg(" ~ expression ~ ", ' ' order by " ~ order ~ ")") }}
{% endmacro %}

{% macro spark__ordered_text(expression, order) %}
    {{ return("array_join(transform(array_sort(collect_list(struct(" ~ order ~ ", "
        ~ expression ~ " as ordered_text))), x -> x.ordered_text), ' ')") }}
{% endmacro %}
