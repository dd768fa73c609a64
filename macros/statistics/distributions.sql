{# Tails of the distributions that campaigns are tested by, exact to 12 digits. Arguments
   are SQL expressions of doubles, best columns: they are repeated. Tests hold them
   against SciPy. #}

{# The normal distribution function. #}
{% macro normal_probability(x) %}
    case
        when ({{ x }}) > 0e0
            then 1e0 - {{ precision_marketing.normal_upper_tail(x) }}
        else {{ precision_marketing.normal_upper_tail("-(" ~ x ~ ")") }}
    end
{%- endmacro %}

{# Of an x that is not below 0; its constant is 1 / sqrt(2 pi). #}
{% macro normal_upper_tail(x) -%}
    (0.3989422804014327e0 * {{ precision_marketing.integral_from_zero(
        "exp(-power(" ~ x ~ " + " ~ precision_marketing.integral_point() ~ ", 2) / 2e0)"
    ) }})
{%- endmacro %}

{# The integral from 0 to infinity of an SQL expression of `integral_point()` that falls
   to 0, be it like a power: exp-sinh quadrature, Takahasi and Mori (1974). 129 points
   give 13 digits of the tails here. #}
{% macro integral_from_zero(integrand) -%}
    (pi() / 32e0 * {{ precision_marketing.sum_over_steps(
        -64, 64, precision_marketing.integral_point() ~ " * cosh(step / 16e0) * " ~ integrand
    ) }})
{%- endmacro %}

{% macro integral_point() %}exp(pi() / 2e0 * sinh(step / 16e0)){% endmacro %}


{# Two-sided p of Student's t, of any degrees of freedom from 1 on: its tail beyond |t| as
   a share of the one beyond 0, so that no gamma function is needed. #}
{% macro student_p(t, degrees_of_freedom) -%}
    ({{ precision_marketing.student_tail("abs(" ~ t ~ ")", degrees_of_freedom) }}
    / {{ precision_marketing.student_tail("0e0", degrees_of_freedom) }})
{%- endmacro %}

{# The integral of `student_kernel` from t >= 0 on, of 1 to 10 million degrees. #}
{% macro student_tail(t, degrees_of_freedom) -%}
    {{ precision_marketing.integral_from_zero(precision_marketing.student_kernel(
        "(" ~ t ~ " + " ~ precision_marketing.integral_point() ~ ")", degrees_of_freedom
    )) }}
{%- endmacro %}

{# Student's density but for its constant. #}
{% macro student_kernel(t, degrees_of_freedom) -%}
    exp(-(1e0 + {{ degrees_of_freedom }}) / 2e0 * {{ precision_marketing.log_one_plus(
        "(" ~ t ~ " * " ~ t ~ " / " ~ degrees_of_freedom ~ ")") }})
{%- endmacro %}

{# ln(1 + x) without the digits that 1 + x loses of a small x (Kahan). #}
{% macro log_one_plus(x) -%}
    case
        when 1e0 + {{ x }} = 1e0 then {{ x }}
        else ln(1e0 + {{ x }}) * ({{ x }} / ((1e0 + {{ x }}) - 1e0))
    end
{%- endmacro %}

{# How many standard errors a 95 % interval reaches: the 0.975 quantile of Student's t.
   Cornish and Fisher's guess, and three steps of Newton's on logarithms, where a heavy
   tail is straight, which give all digits. #}
{% macro student_quantile(degrees_of_freedom) -%}
    {%- set z = precision_marketing.normal_quantile() -%}
    {%- set steps = ["(" ~ z ~ " + (" ~ z ~ " * " ~ z ~ " * " ~ z ~ " + " ~ z
        ~ ") / (4e0 * " ~ degrees_of_freedom ~ "))"] -%}
    {%- for step in range(3) -%}
        {%- do steps.append(precision_marketing.sum_over_values(
            [steps[-1]], precision_marketing.student_quantile_step(degrees_of_freedom)
        )) -%}
    {%- endfor -%}
    {{ precision_marketing.sum_over_values(
        [precision_marketing.student_tail("0e0", degrees_of_freedom)], steps[-1], "half"
    ) }}
{%- endmacro %}

{# From `value` nearer to it; `half` is the tail beyond 0. #}
{% macro student_quantile_step(degrees_of_freedom) -%}
    {{ precision_marketing.sum_over_values(
        [precision_marketing.student_tail("value", degrees_of_freedom)],
        "value * exp(ln(tail / (0.05e0 * half)) * tail / (value * "
        ~ precision_marketing.student_kernel("value", degrees_of_freedom) ~ "))",
        "tail"
    ) }}
{%- endmacro %}


{# The chance of a chi-square at least as large, of whole degrees of freedom from 1 on:
   Abramowitz and Stegun (1964), 26.4.4 and 26.4.5. #}
{% macro chi_square_upper_tail(chi_square, degrees_of_freedom) -%}
    (case
        when {{ degrees_of_freedom }} % 2 = 0 then 0e0
        else 2e0 * {{ precision_marketing.normal_upper_tail(
            "sqrt(" ~ chi_square ~ ")") }}
    end + case
        when {{ degrees_of_freedom }} = 1 then 0e0
        when {{ chi_square }} = 0e0 then ({{ degrees_of_freedom }} + 1) % 2
        else {{ precision_marketing.sum_over_steps(
            1, "cast(floor(" ~ degrees_of_freedom ~ " / 2e0) as bigint)",
            "exp((" ~ degrees_of_freedom ~ " / 2e0 - step) * ln(" ~ chi_square
            ~ " / 2e0) - " ~ chi_square ~ " / 2e0 - " ~ precision_marketing.log_gamma(
                degrees_of_freedom ~ " / 2e0 - step + 1e0") ~ ")"
        ) }}
    end)
{%- endmacro %}


{# Which test two rates take: under so many users in a cell of the four the tails of
   pooled z do not hold for uneven arms. #}
{% macro rates_test(successes_1, trials_1, successes_2, trials_2) -%}
    (case
        when least(
            {{ successes_1 }}, {{ trials_1 }} - {{ successes_1 }},
            {{ successes_2 }}, {{ trials_2 }} - {{ successes_2 }}
        ) < {{ precision_marketing.smallest_cell() }} then 'fisher'
        else 'pooled_z'
    end)
{%- endmacro %}

{# Its two-sided p; null without trials or without a spread. Counts are whole numbers. #}
{% macro rates_p(successes_1, trials_1, successes_2, trials_2) -%}
    {%- set counts = [successes_1, trials_1, successes_2, trials_2] -%}
    case {{ precision_marketing.rates_test(*counts) }}
        when 'fisher' then {{ precision_marketing.fisher_p(*counts) }}
        else 2e0 * {{ precision_marketing.normal_upper_tail(
            "abs(" ~ precision_marketing.pooled_z(*counts) ~ ")") }}
    end
{%- endmacro %}

{# The difference of two rates in standard errors of the pooled rate. #}
{% macro pooled_z(successes_1, trials_1, successes_2, trials_2) -%}
    {%- set pooled = "(1e0 * (" ~ successes_1 ~ " + " ~ successes_2 ~ ") / nullif("
        ~ trials_1 ~ " + " ~ trials_2 ~ ", 0))" -%}
    ((
        {{ precision_marketing.rate(successes_1, trials_1) }}
        - {{ precision_marketing.rate(successes_2, trials_2) }}
    ) / nullif(sqrt({{ pooled }} * (1e0 - {{ pooled }}) * (
        1e0 / nullif({{ trials_1 }}, 0) + 1e0 / nullif({{ trials_2 }}, 0)
    )), 0e0))
{%- endmacro %}

{# Two-sided p of two rates by Fisher's exact test: twice the smaller tail, half of the
   table seen in each (mid-p, Lancaster 1961), so that both tails hold however uneven the
   arms are. #}
{% macro fisher_p(successes_1, trials_1, successes_2, trials_2) -%}
    {%- set successes = "(" ~ successes_1 ~ " + " ~ successes_2 ~ ")" -%}
    {%- set fewest = "greatest(0, " ~ successes ~ " - " ~ trials_2 ~ ")" -%}
    {%- set most = "least(" ~ trials_1 ~ ", " ~ successes ~ ")" -%}
    {#- By the chance of the table seen, which is 1. -#}
    {%- set odds = "exp(" ~ precision_marketing.log_table_weight(
        "step", trials_1, successes, trials_2
    ) ~ " - " ~ precision_marketing.log_table_weight(
        successes_1, trials_1, successes, trials_2
    ) ~ ")" -%}
    {%- set lower = precision_marketing.sum_over_steps(fewest, successes_1, odds) -%}
    {%- set upper = precision_marketing.sum_over_steps(successes_1, most, odds) -%}
    {#- The table itself is in both. -#}
    least(1e0, 2e0 * (least({{ lower }}, {{ upper }}) - 0.5e0)
    / ({{ lower }} + {{ upper }} - 1e0))
{%- endmacro %}

{# The logarithm of a table's chance, but for a constant. #}
{% macro log_table_weight(successes_1, trials_1, successes, trials_2) -%}
    {%- set log_gamma = precision_marketing.log_gamma -%}
    -({{ log_gamma(successes_1 ~ " + 1e0") }}
    + {{ log_gamma(trials_1 ~ " - " ~ successes_1 ~ " + 1e0") }}
    + {{ log_gamma(successes ~ " - " ~ successes_1 ~ " + 1e0") }}
    + {{ log_gamma(trials_2 ~ " - " ~ successes ~ " + " ~ successes_1 ~ " + 1e0") }})
{%- endmacro %}
