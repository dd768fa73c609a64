{# As a select item: one row for each whole number from 1 up to an expression. #}
{% macro numbers_up_to(expression) %}
    {{ return(adapter.dispatch("numbers_up_to", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__numbers_up_to(expression) %}
    {{ return("unnest(range(1, cast(" ~ expression ~ " as bigint) + 1))") }}
{% endmacro %}

{% macro spark__numbers_up_to(expression) %}
    {{ return("explode(sequence(1, cast(" ~ expression ~ " as int)))") }}
{% endmacro %}
