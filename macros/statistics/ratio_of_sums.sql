{# Standard error of R = sum(y) / sum(x) where a user brings many x, such as clicks by
   impressions, from sums over users: the delta method, clustered by user (Deng, Knoblich
   and Lu 2018). Var(R) = (s_yy - 2 R s_xy + R^2 s_xx) / (n mean(x)^2) with sample
   variances is sum((y - R x)^2) / (n - 1) * n / sum(x)^2, since y - R x has mean 0.
   Null for less than two users and where sum(x) is 0. What rounding leaves where every
   user has the same ratio is 0, so that it can be told. #}
{% macro ratio_standard_error(users, sum_x, sum_y, sum_xx, sum_xy, sum_yy) %}
    {%- set ratio = precision_marketing.rate(sum_y, sum_x) -%}
    {%- set squares = "(" ~ sum_yy ~ " - 2e0 * " ~ ratio ~ " * (" ~ sum_xy ~ ") + "
        ~ ratio ~ " * " ~ ratio ~ " * (" ~ sum_xx ~ "))" %}
    (sqrt(
        case when {{ squares }} <= 1e-12 * ({{ sum_yy }}) then 0e0 else {{ squares }} end
        * ({{ users }}) / nullif(({{ users }}) - 1, 0)
    ) / nullif({{ sum_x }}, 0))
{%- endmacro %}


{# An end of the interval of such a ratio. Where every user has the same one its error is
   0, which is no certainty but as much as so many users can tell: then Wilson's of the
   users. Of a ratio above 1, which is no share, nothing is known then. #}
{% macro clustered_ratio_bound(ratio, standard_error, users, sign) %}
    case
        when {{ standard_error }} > 0e0
            then {{ precision_marketing.normal_bound(
                ratio, standard_error, sign, at_least="0e0" if sign == "-" else none
            ) }}
        when {{ standard_error }} = 0e0 and {{ ratio }} <= 1e0
            then {{ precision_marketing.wilson_bound(
                ratio ~ " * " ~ users, users, sign
            ) }}
    end
{%- endmacro %}
