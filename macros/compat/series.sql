{# As a select item: one row for each whole number from 1 up to an expression. #}
{% macro numbers_up_to(expression) %}
    {{ return(adapter.dispatch("numbers_up_to", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__numbers_up_to(expression) %}
    {{ return("unnest(range(1, cast(" ~ expression ~ " as bigint) + 1))") }}
{% endmacro %}

{# `sequence` counts down where the last is below the first. #}
{% macro spark__numbers_up_to(expression) %}
    {% set last = "cast(" ~ expression ~ " as bigint)" %}
    {{ return("explode(case when " ~ last ~ " >= 1 then sequence(cast(1 as bigint), "
        ~ last ~ ") end)") }}
{% endmacro %}


{# The sum of an expression of `step` over the whole numbers from the first to the last,
   as a double; in order, so that it is always the same. #}
{% macro sum_over_steps(first, last, expression) %}
    {{ return(adapter.dispatch("sum_over_steps", "precision_marketing")(
        first, last, expression)) }}
{% endmacro %}

{% macro default__sum_over_steps(first, last, expression) %}
    {{ return("list_sum([" ~ expression ~ " for step in range(" ~ first ~ ", "
        ~ last ~ " + 1)])") }}
{% endmacro %}

{% macro spark__sum_over_steps(first, last, expression) %}
    {{ return("case when " ~ first ~ " <= " ~ last ~ " then aggregate(sequence(cast("
        ~ first ~ " as bigint), cast(" ~ last ~ " as bigint)), 0d, (total, step) -> "
        ~ "total + " ~ expression ~ ") end") }}
{% endmacro %}


{# The sum of an expression of `value`, or of another name, over a list of SQL expressions
   of doubles, each of which is worked out once. #}
{% macro sum_over_values(values, expression, name="value") %}
    {{ return(adapter.dispatch("sum_over_values", "precision_marketing")(
        values, expression, name)) }}
{% endmacro %}

{% macro default__sum_over_values(values, expression, name) %}
    {{ return("list_sum([" ~ expression ~ " for " ~ name ~ " in ["
        ~ values | join(", ") ~ "]])") }}
{% endmacro %}

{% macro spark__sum_over_values(values, expression, name) %}
    {{ return("aggregate(array(" ~ values | join(", ") ~ "), 0d, (total, " ~ name
        ~ ") -> total + " ~ expression ~ ")") }}
{% endmacro %}
