{# Texts of a group joined by spaces, in a given order. #}
{% macro ordered_text(expression, order) %}
    {{ return(adapter.dispatch("ordered_text", "precision_marketing")(
        expression, order
    )) }}
{% endmacro %}

{% macro default__ordered_text(expression, order) %}
    {{ return("string_agg(" ~ expression ~ ", ' ' order by " ~ order ~ ")") }}
{% endmacro %}

{% macro spark__ordered_text(expression, order) %}
    {{ return("array_join(transform(array_sort(collect_list(struct(" ~ order ~ ", "
        ~ expression ~ " as ordered_text))), x -> x.ordered_text), ' ')") }}
{% endmacro %}


{# A text in one line: white space of any length is one space. #}
{% macro one_line(expression) %}
    {{ return(adapter.dispatch("one_line", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__one_line(expression) %}
    {{ return("regexp_replace(" ~ expression ~ ", '\\s+', ' ', 'g')") }}
{% endmacro %}

{% macro spark__one_line(expression) %}
    {{ return("regexp_replace(" ~ expression ~ ", '\\\\s+', ' ')") }}
{% endmacro %}


{# The first characters of a text; on DuckDB an emoji of several code points is one. #}
{% macro first_characters(expression, count) %}
    {{ return(adapter.dispatch("first_characters", "precision_marketing")(
        expression, count
    )) }}
{% endmacro %}

{% macro default__first_characters(expression, count) %}
    {{ return("left_grapheme(" ~ expression ~ ", " ~ count ~ ")") }}
{% endmacro %}

{% macro spark__first_characters(expression, count) %}
    {{ return("left(" ~ expression ~ ", " ~ count ~ ")") }}
{% endmacro %}


{# A text without its last word, unless that is longer than 20 characters or alone. #}
{% macro without_last_word(expression) %}
    {{ return(adapter.dispatch("without_last_word", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__without_last_word(expression) %}
    {{ return("regexp_replace(" ~ expression ~ ", '[\\s,;:]+\\S{0,20}$', '')") }}
{% endmacro %}

{% macro spark__without_last_word(expression) %}
    {{ return("regexp_replace(" ~ expression ~ ", '[\\\\s,;:]+\\\\S{0,20}$', '')") }}
{% endmacro %}


{# What a text looks like: digits are 9, letters a, at most 40 characters. #}
{% macro id_shape(expression) %}
    {{ return(adapter.dispatch("id_shape", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__id_shape(expression) %}
    {{ return("left(regexp_replace(regexp_replace(" ~ expression
        ~ ", '\\p{N}', '9', 'g'), '\\p{L}', 'a', 'g'), 40)") }}
{% endmacro %}

{% macro spark__id_shape(expression) %}
    {{ return("left(regexp_replace(regexp_replace(" ~ expression
        ~ ", '\\\\p{N}', '9'), '\\\\p{L}', 'a'), 40)") }}
{% endmacro %}
