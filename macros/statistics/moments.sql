{# Sum over n users of (a - mean(a)) (b - mean(b)) from plain sums. #}
{% macro centered_sum(users, sum_a, sum_b, sum_ab) %}
    (({{ sum_ab }}) - 1e0 * ({{ sum_a }}) * ({{ sum_b }}) / nullif({{ users }}, 0))
{%- endmacro %}


{# Sample variance of n users from plain sums; null for less than two. What is left by
   rounding where all users have the same value is 0: a test would take it for real. #}
{% macro sample_variance(users, sum_a, sum_aa) %}
    {%- set squares = precision_marketing.centered_sum(users, sum_a, sum_a, sum_aa) -%}
    (case
        when {{ squares }} <= 1e-12 * ({{ sum_aa }}) and ({{ users }}) > 1 then 0e0
        else {{ squares }} / nullif(({{ users }}) - 1, 0)
    end)
{%- endmacro %}


{# Sample covariance of n users from plain sums; null for less than two. #}
{% macro sample_covariance(users, sum_a, sum_b, sum_ab) %}
    ({{ precision_marketing.centered_sum(users, sum_a, sum_b, sum_ab) }}
    / nullif(({{ users }}) - 1, 0))
{%- endmacro %}


{# Standard error of the mean of a value over the rows, users say; null for less than
   two. Rounding may leave less than 0 where all have the same value. #}
{% macro standard_error(value) %}
    {%- set mean = precision_marketing.exact_mean(value) -%}
    sqrt(
        greatest(
            {{ precision_marketing.exact_mean(value ~ " * " ~ value) }}
            - ({{ mean }}) * ({{ mean }}),
            0e0
        ) / case when count({{ value }}) > 1 then count({{ value }}) - 1 end
    )
{%- endmacro %}


{# The fifth in which a row's value stands, 1 to 5, the largest being 5: by the share of
   the rows below it and of half of those that have the same (its midrank). Equal values
   have equal scores, and one that all have is a 3. #}
{% macro fifth(value, partition="1") %}
    cast(floor(
        5e0 * (
            rank() over (partition by {{ partition }} order by {{ value }}) - 1
            + count(*) over (partition by {{ partition }}, {{ value }}) / 2e0
        ) / count(*) over (partition by {{ partition }})
    ) + 1e0 as integer)
{%- endmacro %}
