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


{# The texts of a list joined. #}
{% macro joined_list(expression, separator) %}
    {{ return(adapter.dispatch("joined_list", "precision_marketing")(
        expression, separator)) }}
{% endmacro %}

{% macro default__joined_list(expression, separator) %}
    {{ return("array_to_string(" ~ expression ~ ", '" ~ separator ~ "')") }}
{% endmacro %}

{% macro spark__joined_list(expression, separator) %}
    {{ return("array_join(" ~ expression ~ ", '" ~ separator ~ "')") }}
{% endmacro %}


{# A list of anything as one of texts. #}
{% macro list_of_texts(expression) %}
    {{ return(adapter.dispatch("list_of_texts", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__list_of_texts(expression) %}
    {{ return("cast(" ~ expression ~ " as varchar[])") }}
{% endmacro %}

{% macro spark__list_of_texts(expression) %}
    {{ return("cast(" ~ expression ~ " as array<string>)") }}
{% endmacro %}


{# As a select item: one row for each id of a text such as `a, b` or `["a", "b"]`. #}
{% macro ids_of_text(expression) %}
    {{ return(adapter.dispatch("ids_of_text", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__ids_of_text(expression) %}
    {{ return("trim(unnest(string_split(translate(" ~ expression
        ~ ", '[]\"''', ''), ',')))") }}
{% endmacro %}

{# A generator may not stand inside another function: the list is trimmed first. #}
{% macro spark__ids_of_text(expression) %}
    {{ return("explode(transform(split(translate(" ~ expression
        ~ ", '[]\"\\'', ''), ','), x -> trim(x)))") }}
{% endmacro %}
