{# A number in [0, 1) that depends on a text alone: the first 8 hexadecimal digits of its
   md5, divided by 2^32. #}
{% macro hash_share(expression) %}
    {{ return(adapter.dispatch("hash_share", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__hash_share(expression) %}
    {{ return("(cast('0x' || substr(md5(" ~ expression ~ "), 1, 8) as bigint)"
        ~ " / 4294967296e0)") }}
{% endmacro %}

{% macro spark__hash_share(expression) %}
    {{ return("(cast(conv(substr(md5(" ~ expression ~ "), 1, 8), 16, 10) as bigint)"
        ~ " / 4294967296d)") }}
{% endmacro %}
