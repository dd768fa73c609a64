{# SQL type of a contract kind. Money is an exact decimal: sums of it do not depend on
   the order of rows, as sums of doubles do; so are parts of a conversion. #}
{% macro kind_type(kind) %}
    {{ return(adapter.dispatch("kind_type", "precision_marketing")(kind)) }}
{% endmacro %}

{% macro default__kind_type(kind) %}
    {{ return({
        "text": "varchar", "key": "varchar", "timestamp": "timestamp", "date": "date",
        "number": "double", "integer": "integer", "amount": "decimal(18, 4)",
        "credit": "decimal(18, 12)", "credit_total": "decimal(28, 12)",
        "boolean": "boolean", "array": "double[]",
    }[kind]) }}
{% endmacro %}

{% macro spark__kind_type(kind) %}
    {{ return({
        "text": "string", "key": "string", "timestamp": "timestamp", "date": "date",
        "number": "double", "integer": "int", "amount": "decimal(18, 4)",
        "credit": "decimal(18, 12)", "credit_total": "decimal(28, 12)",
        "boolean": "boolean", "array": "array<double>",
    }[kind]) }}
{% endmacro %}


{# A raw value as its contract type; what cannot be read becomes null, empty text too. #}
{% macro typed(expression, kind) %}
    {% set type = precision_marketing.kind_type(kind) %}
    {% set text = "nullif(trim(cast(" ~ expression ~ " as "
        ~ precision_marketing.kind_type("text") ~ ")), '')" %}
    {% if kind in ["text", "key"] %}
        {{ return(text) }}
    {% elif kind == "number" %}
        {{ return("case when " ~ precision_marketing.is_finite(
            "try_cast(" ~ expression ~ " as double)"
        ) ~ " then try_cast(" ~ expression ~ " as double) end") }}
    {% elif kind == "timestamp" %}
        {{ return(precision_marketing.utc_timestamp(expression)) }}
    {% else %}
        {{ return("try_cast(" ~ expression ~ " as " ~ type ~ ")") }}
    {% endif %}
{% endmacro %}


{# A time as a UTC timestamp without a zone; one that brings no zone is UTC already. #}
{% macro utc_timestamp(expression) %}
    {{ return(adapter.dispatch("utc_timestamp", "precision_marketing")(expression)) }}
{% endmacro %}

{# DuckDB drops the zone of a text in silence when the text is cast to a timestamp, and
   reads a text without one in the session's zone when it is cast to one with a zone. #}
{% macro default__utc_timestamp(expression) %}
    {% set text = "trim(cast(" ~ expression ~ " as varchar))" %}
    {{ return("case when regexp_matches(substr(" ~ text ~ ", 12), '[a-zA-Z+-]')"
        ~ " then try_cast(" ~ text ~ " as timestamptz) at time zone 'UTC'"
        ~ " else try_cast(" ~ text ~ " as timestamp) end") }}
{% endmacro %}

{# The session's zone is UTC (profiles.yml). #}
{% macro spark__utc_timestamp(expression) %}
    {{ return("try_cast(" ~ expression ~ " as timestamp)") }}
{% endmacro %}


{# True for a number that is neither null, infinite nor NaN. #}
{% macro is_finite(expression) %}
    {{ return(adapter.dispatch("is_finite", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__is_finite(expression) %}
    {{ return("coalesce(isfinite(" ~ expression ~ "), false)") }}
{% endmacro %}

{% macro spark__is_finite(expression) %}
    {{ return("coalesce(not isnan(" ~ expression ~ ") and abs(" ~ expression
        ~ ") < double('infinity'), false)") }}
{% endmacro %}
