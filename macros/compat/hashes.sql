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


{# The SHA-256 of a text as 64 hexadecimal digits. #}
{% macro sha256_of(expression) %}
    {{ return(adapter.dispatch("sha256_of", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__sha256_of(expression) %}
    {{ return("sha256(" ~ expression ~ ")") }}
{% endmacro %}

{% macro spark__sha256_of(expression) %}
    {{ return("sha2(" ~ expression ~ ", 256)") }}
{% endmacro %}


{# A salt that nobody can guess, another one each time that it is asked for. #}
{% macro random_salt() %}
    {{ return(adapter.dispatch("random_salt", "precision_marketing")()) }}
{% endmacro %}

{% macro default__random_salt() %}
    {{ return("sha256(cast(uuid() as varchar) || cast(uuid() as varchar))") }}
{% endmacro %}

{% macro spark__random_salt() %}
    {{ return("sha2(concat(uuid(), uuid()), 256)") }}
{% endmacro %}


{# An id as two spellings of it are alike: small letters, and letters with accents in
   their composed form. #}
{% macro id_key(expression) %}
    {{ return(adapter.dispatch("id_key", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__id_key(expression) %}
    {{ return("lower(nfc_normalize(" ~ expression ~ "))") }}
{% endmacro %}

{% macro spark__id_key(expression) %}
    {{ return("lower(" ~ expression ~ ")") }}
{% endmacro %}


{# A text that equal rows have in any order. On DuckDB alone, as nobody else keeps tables. #}
{% macro rows_fingerprint(relation, condition, without=[]) %}
    {% set columns = "* exclude (" ~ without | join(", ") ~ ")" if without else "*" %}
    {{ return("(select cast(count(*) as varchar) || ':'"
        ~ " || cast(coalesce(sum(cast(hash(counted) as hugeint)), 0) as varchar)"
        ~ " from (select " ~ columns ~ " from " ~ relation ~ " where " ~ condition
        ~ ") as counted)") }}
{% endmacro %}
