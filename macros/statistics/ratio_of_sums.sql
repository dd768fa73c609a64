{# Standard error of R = sum(y) / sum(x) where a user brings many x, such as clicks by
   impressions, from sums over users: the delta method, clustered by user (Deng, Knoblich
   and Lu 2018). Var(R) = (s_yy - 2 R s_xy + R^2 s_xx) / (n mean(x)^2) with sample
   variances is sum((y - R x)^2) / (n - 1) * n / sum(x)^2, since y - R x has mean 0.
   Null for less than two users and where sum(x) is 0. #}
{% macro ratio_standard_error(users, sum_x, sum_y, sum_xx, sum_xy, sum_yy) %}
    {%- set ratio = precision_marketing.rate(sum_y, sum_x) -%}
    {#- Rounding may leave less than 0 where every user has the same ratio. #}
    (sqrt(
        greatest(
            ({{ sum_yy }}) - 2e0 * {{ ratio }} * ({{ sum_xy }})
            + {{ ratio }} * {{ ratio }} * ({{ sum_xx }}),
            0e0
        ) * ({{ users }}) / nullif(({{ users }}) - 1, 0)
    ) / nullif({{ sum_x }}, 0))
{%- endmacro %}
