{# SQL type of a kind of the contract or of a computed column. Money is an exact decimal:
   sums of it do not depend on the order of rows, as sums of doubles do; so are parts of
   a conversion. #}
{% macro kind_type(kind) %}
    {{ return(adapter.dispatch("kind_type", "precision_marketing")(
        precision_marketing.base_kind(kind))) }}
{% endmacro %}

{% macro default__kind_type(kind) %}
    {{ return({
        "text": "varchar", "timestamp": "timestamp", "date": "date",
        "number": "double", "integer": "integer", "amount": "decimal(18, 4)",
        "credit": "decimal(18, 12)", "credit_total": "decimal(28, 12)",
        "boolean": "boolean", "array": "double[]",
    }[kind]) }}
{% endmacro %}

{% macro spark__kind_type(kind) %}
    {{ return({
        "text": "string", "timestamp": "timestamp", "date": "date",
        "number": "double", "integer": "int", "amount": "decimal(18, 4)",
        "credit": "decimal(18, 12)", "credit_total": "decimal(28, 12)",
        "boolean": "boolean", "array": "array<double>",
    }[kind]) }}
{% endmacro %}


{# A double as a decimal, as `decimal(18, 4)`. Spark would round the digits that it prints,
   DuckDB rounds the product with 10^4: a half that a double does not have is written
   1.16125 and is 1.1612499. There as here, up to what its whole numbers hold. #}
{% macro decimal_of(expression, type, cast="cast") %}
    {{ return(adapter.dispatch("decimal_of", "precision_marketing")(
        expression, type, cast)) }}
{% endmacro %}

{% macro default__decimal_of(expression, type, cast) %}
    {{ return(cast ~ "(" ~ expression ~ " as " ~ type ~ ")") }}
{% endmacro %}

{% macro spark__decimal_of(expression, type, cast) %}
    {% set scale = type.split(",")[1].strip(" )") | int %}
    {% set unit = "cast(1e-" ~ scale ~ " as decimal(" ~ scale ~ ", " ~ scale ~ "))" %}
    {{ return("case when abs(" ~ expression ~ ") < 9e" ~ (18 - scale)
        ~ " then " ~ cast ~ "(cast(cast(round((" ~ expression ~ ") * 1e" ~ scale
        ~ ") as bigint) as decimal(19, 0)) * " ~ unit ~ " as " ~ type ~ ") else " ~ cast
        ~ "(" ~ expression ~ " as " ~ type ~ ") end") }}
{% endmacro %}


{# The SQL type of each column of what can stand after FROM, by lower-case name. #}
{% macro column_types(relation) %}
    {% set describe = "describe query" if target.type == "spark" else "describe" %}
    {% set rows = run_query(describe ~ " select * from " ~ relation) %}
    {% set types = {} %}
    {% for row in rows %}
        {% do types.update({row[0] | lower: row[1] | upper}) %}
    {% endfor %}
    {{ return(types) }}
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
