{# Days from one timestamp to another as a double, fractions included. #}
{% macro days_between(earlier, later) %}
    {{ return(adapter.dispatch("days_between", "precision_marketing")(earlier, later)) }}
{% endmacro %}

{% macro default__days_between(earlier, later) %}
    {{ return("(date_diff('second', " ~ earlier ~ ", " ~ later ~ ") / 86400e0)") }}
{% endmacro %}

{% macro spark__days_between(earlier, later) %}
    {{ return("((unix_timestamp(" ~ later ~ ") - unix_timestamp(" ~ earlier ~ ")) / 86400e0)") }}
{% endmacro %}
