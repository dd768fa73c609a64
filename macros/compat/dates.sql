{# Days from one timestamp to another as a double, fractions included. #}
{% macro days_between(earlier, later) %}
    {{ return(adapter.dispatch("days_between", "precision_marketing")(earlier, later)) }}
{% endmacro %}

{% macro default__days_between(earlier, later) %}
    {{ return("(date_diff('second', " ~ earlier ~ ", " ~ later ~ ") / 86400e0)") }}
{% endmacro %}

{% macro spark__days_between(earlier, later) %}
    {{ return("((unix_timestamp(" ~ later ~ ") - unix_timestamp(" ~ earlier ~ ")) / 86400e0)") }}
{% endmacro %}


{# The shop's day of a UTC timestamp, by the setting `input_checks.time_zone`. The only
   way by which a time becomes a day. #}
{% macro shop_day(timestamp) %}
    {% set zone = precision_marketing.setting("input_checks", "time_zone") %}
    {{ return("cast(" ~ (timestamp if zone == "UTC"
        else adapter.dispatch("shop_time", "precision_marketing")(timestamp, zone))
        ~ " as date)") }}
{% endmacro %}

{% macro default__shop_time(timestamp, zone) %}
    {{ return("timezone('" ~ zone ~ "', timezone('UTC', " ~ timestamp ~ "))") }}
{% endmacro %}

{% macro spark__shop_time(timestamp, zone) %}
    {{ return("from_utc_timestamp(" ~ timestamp ~ ", '" ~ zone ~ "')") }}
{% endmacro %}


{# The UTC timestamp at which a day of the shop starts. #}
{% macro day_start(day) %}
    {% set zone = precision_marketing.setting("input_checks", "time_zone") %}
    {% set start = "cast(" ~ day ~ " as timestamp)" %}
    {{ return(start if zone == "UTC"
        else adapter.dispatch("utc_time", "precision_marketing")(start, zone)) }}
{% endmacro %}

{% macro default__utc_time(timestamp, zone) %}
    {{ return("timezone('UTC', timezone('" ~ zone ~ "', " ~ timestamp ~ "))") }}
{% endmacro %}

{% macro spark__utc_time(timestamp, zone) %}
    {{ return("to_utc_timestamp(" ~ timestamp ~ ", '" ~ zone ~ "')") }}
{% endmacro %}


{# The Monday on or before a day. #}
{% macro week_start(day) %}
    {{ return("cast(date_trunc('week', " ~ day ~ ") as date)") }}
{% endmacro %}


{# The Monday on or before a day that begins every so many weeks: the same ones for
   whoever asks, counted from one before all data. #}
{% macro weeks_start(day, weeks) %}
    {% set monday = precision_marketing.week_start(day) %}
    {% if weeks == 1 %}{{ return(monday) }}{% endif %}
    {% set passed = precision_marketing.days_between("cast('1900-01-01' as timestamp)",
        "cast(" ~ monday ~ " as timestamp)") %}
    {{ return("(" ~ monday ~ " - cast(" ~ passed ~ " as integer) % " ~ 7 * weeks ~ ")") }}
{% endmacro %}


{# The first day of the month of a day. #}
{% macro month_start(day) %}
    {{ return("cast(date_trunc('month', " ~ day ~ ") as date)") }}
{% endmacro %}


{# Months from the month of one day to that of another. #}
{% macro months_between(earlier, later) %}
    {{ return("(12 * (extract(year from " ~ later ~ ") - extract(year from " ~ earlier
        ~ ")) + extract(month from " ~ later ~ ") - extract(month from " ~ earlier
        ~ "))") }}
{% endmacro %}
