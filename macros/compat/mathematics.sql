{# The logarithm of the gamma function of a number above 0. #}
{% macro log_gamma(expression) %}
    {{ return(adapter.dispatch("log_gamma", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__log_gamma(expression) %}
    {{ return("lgamma(" ~ expression ~ ")") }}
{% endmacro %}

{# Spark has none: Lanczos (1964) with g = 7 and nine terms, relative error below 1e-14.
   In a list of one, so that the expression is worked out once. #}
{% macro spark__log_gamma(expression) %}
    {% set terms = ["0.99999999999980993e0"] %}
    {% for weight in ["676.5203681218851e0", "-1259.1392167224028e0",
        "771.32342877765313e0", "-176.61502916214059e0", "12.507343278686905e0",
        "-0.13857109526572012e0", "9.9843695780195716e-6", "1.5056327351493116e-7"] %}
        {% do terms.append(weight ~ " / (z + " ~ loop.index0 ~ "e0)") %}
    {% endfor %}
    {{ return("transform(array(cast(" ~ expression ~ " as double)), z ->"
        ~ " 0.9189385332046727e0 + (z - 0.5e0) * ln(z + 6.5e0) - (z + 6.5e0) + ln("
        ~ terms | join(" + ") ~ "))[0]") }}
{% endmacro %}
