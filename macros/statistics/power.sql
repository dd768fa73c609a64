{# What a comparison of two arms could show, two-sided at 5 %, by the normal
   approximation (docs/campaign_lift.md). Arguments are SQL expressions. #}

{# Standard errors from no difference to one that is found with a chance of 80 %: the
   0.975 and the 0.8 quantile of the normal distribution. #}
{% macro detection_quantile() %}0.8416212335729143e0{% endmacro %}

{% macro detection_reach() -%}
    ({{ precision_marketing.normal_quantile() }}
    + {{ precision_marketing.detection_quantile() }})
{%- endmacro %}


{# What the error of a difference of rates times sqrt(users) is without a difference, as
   pooled z takes it. Null where the control's rate and the lift make no rate. #}
{% macro rate_deviation_without_lift(rate, lift, control_share) -%}
    {%- set pooled = "(" ~ control_share ~ " * " ~ rate ~ " + (1e0 - " ~ control_share
        ~ ") * (" ~ rate ~ " + " ~ lift ~ "))" -%}
    case
        when {{ rate }} + {{ lift }} between 0e0 and 1e0
            then sqrt({{ pooled }} * (1e0 - {{ pooled }})
                / nullif({{ control_share }} * (1e0 - {{ control_share }}), 0e0))
    end
{%- endmacro %}

{# The same with the difference. #}
{% macro rate_deviation_with_lift(rate, lift, control_share) -%}
    {%- set treated = "(" ~ rate ~ " + " ~ lift ~ ")" -%}
    case
        when {{ treated }} between 0e0 and 1e0
            then sqrt({{ rate }} * (1e0 - {{ rate }}) / nullif({{ control_share }}, 0e0)
                + {{ treated }} * (1e0 - {{ treated }})
                / nullif(1e0 - {{ control_share }}, 0e0))
    end
{%- endmacro %}

{# The chance that a true difference of rates, or of means, is found. #}
{% macro power_of_rate(rate, lift, control_share, user_count) -%}
    {%- set found = lift ~ " * sqrt(" ~ user_count ~ ")" -%}
    {%- set reach = precision_marketing.normal_quantile() ~ " * "
        ~ precision_marketing.rate_deviation_without_lift(rate, lift, control_share) -%}
    {%- set deviation = "nullif("
        ~ precision_marketing.rate_deviation_with_lift(rate, lift, control_share)
        ~ ", 0e0)" -%}
    {{ precision_marketing.sum_over_values([
        "(" ~ found ~ " - " ~ reach ~ ") / " ~ deviation,
        "(-" ~ found ~ " - " ~ reach ~ ") / " ~ deviation,
    ], precision_marketing.normal_probability("value")) }}
{%- endmacro %}

{% macro power_of_mean(lift, standard_error) -%}
    {%- set distance = lift ~ " / nullif(" ~ standard_error ~ ", 0e0)" -%}
    {{ precision_marketing.sum_over_values([
        distance ~ " - " ~ precision_marketing.normal_quantile(),
        "-" ~ distance ~ " - " ~ precision_marketing.normal_quantile(),
    ], precision_marketing.normal_probability("value")) }}
{%- endmacro %}


{# Users of both arms that find a difference of rates, or of means, with 80 %. #}
{% macro required_users_of_rate(rate, lift, control_share) -%}
    ceil(power((
        {{ precision_marketing.normal_quantile() }}
        * {{ precision_marketing.rate_deviation_without_lift(rate, lift, control_share) }}
        + {{ precision_marketing.detection_quantile() }}
        * {{ precision_marketing.rate_deviation_with_lift(rate, lift, control_share) }}
    ) / nullif({{ lift }}, 0e0), 2))
{%- endmacro %}

{% macro required_users_of_mean(lift, deviation, control_share) -%}
    ceil(
        {{ deviation }} * {{ deviation }} * (
            1e0 / nullif({{ control_share }}, 0e0)
            + 1e0 / nullif(1e0 - {{ control_share }}, 0e0)
        ) * power({{ precision_marketing.detection_reach() }} / nullif({{ lift }}, 0e0), 2)
    )
{%- endmacro %}
