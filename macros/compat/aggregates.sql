{# A sum of doubles that does not depend on the order of rows or threads: each value is
   rounded to 9 decimals and added exactly. Bound: |sum| < 10^19. #}
{% macro exact_sum(expression) %}
    cast(sum(cast({{ expression }} as decimal(28, 9))) as double)
{%- endmacro %}

{# The mean of doubles, by the same rule. #}
{% macro exact_mean(expression) %}
    {{ precision_marketing.exact_sum(expression) }} / nullif(count({{ expression }}), 0)
{%- endmacro %}


{# The same to 15 decimals, for small numbers that are then subtracted. Bound: each value
   and the sum below 10^22. #}
{% macro fine_exact_sum(expression) %}
    cast(sum({{ precision_marketing.fine_decimal(expression) }}) as double)
{%- endmacro %}

{# The same over a window, as `partition by a`. #}
{% macro exact_total(expression, window) -%}
    cast(sum({{ precision_marketing.fine_decimal(expression) }}) over (
        {{ window }}
    ) as double)
{%- endmacro %}

{# What `fine_exact_sum` adds; of sums that are added up again. #}
{% macro fine_decimal(expression) %}
    cast({{ expression }} as decimal(38, 15))
{%- endmacro %}


{# The product of two amounts or whole numbers, exactly. DuckDB's product of two amounts
   has no more digits than each, and ends at 10^10: an amount of 100,000 times itself. #}
{% macro exact_product(left, right) %}
    {{ return(adapter.dispatch("exact_product", "precision_marketing")(left, right)) }}
{% endmacro %}

{% macro default__exact_product(left, right) %}
    {{ return("(cast(" ~ left ~ " as decimal(28, 4)) * (" ~ right ~ "))") }}
{% endmacro %}

{% macro spark__exact_product(left, right) %}
    {{ return("((" ~ left ~ ") * (" ~ right ~ "))") }}
{% endmacro %}
