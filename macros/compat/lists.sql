{# How many elements a list of doubles has. #}
{% macro list_length(expression) %}
    {{ return(adapter.dispatch("list_length", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__list_length(expression) %}
    {{ return("len(" ~ expression ~ ")") }}
{% endmacro %}

{% macro spark__list_length(expression) %}
    {{ return("size(" ~ expression ~ ")") }}
{% endmacro %}


{# Sum of the squares of a list of doubles; null where an element is null. #}
{% macro squared_length(expression) %}
    {{ return(adapter.dispatch("squared_length", "precision_marketing")(expression)) }}
{% endmacro %}

{# `list_sum` skips nulls, so they are counted. #}
{% macro default__squared_length(expression) %}
    {{ return("case when len(" ~ expression ~ ") = list_count(" ~ expression
        ~ ") then list_sum([x * x for x in " ~ expression ~ "]) end") }}
{% endmacro %}

{% macro spark__squared_length(expression) %}
    {{ return("aggregate(" ~ expression ~ ", 0d, (total, x) -> total + x * x)") }}
{% endmacro %}
