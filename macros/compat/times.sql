{# A column's value as a UTC timestamp without a zone. A day without a time is that day
   in the shop's zone: its first moment or, as a planned end, its last; a time without a
   zone is UTC already. Numbers are times where `time_formats` declares their unit. In a
   column of `days` a midnight is its day. #}
{% macro time_of(text, column, family, kind, fact=none) %}
    {% set is_end = kind == "planned end" %}
    {% if fact == "days" %}
        {% set day = precision_marketing.moment_of_day("cast("
            ~ precision_marketing.time_of(text, column, family, "planned")
            ~ " as date)", is_end) %}
        {{ return(day if family == "timestamp" else "case when contains(" ~ text
            ~ ", ':') then " ~ day ~ " else "
            ~ precision_marketing.time_of(text, column, family, kind) ~ " end") }}
    {% elif family == "zoned" %}
        {{ return(precision_marketing.utc_of(column)) }}
    {% elif family == "timestamp" %}
        {{ return("cast(" ~ column ~ " as timestamp)") }}
    {% elif family == "date" %}
        {{ return(precision_marketing.moment_of_day(column, is_end)) }}
    {% elif family not in ["text", "whole", "decimal", "double", "float"] %}
        {{ return("cast(null as timestamp)") }}
    {% endif %}
    {% set readings = [] %}
    {% for format in precision_marketing.setting("input_checks", "time_formats") %}
        {% do readings.append(
            precision_marketing.epoch_time(text, format) if "%" not in format
            else precision_marketing.formatted_time(text, format, is_end)) %}
    {% endfor %}
    {% do readings.append(precision_marketing.iso_time(text, is_end)) %}
    {{ return("coalesce(" ~ readings | join(", ") ~ ")") }}
{% endmacro %}


{# A column's value as the day that is written there, whatever zone stands beside it. #}
{% macro date_of(text, column, family) %}
    {% if family == "zoned" %}
        {{ return(precision_marketing.shop_day(precision_marketing.utc_of(column))) }}
    {% elif family in ["timestamp", "date"] %}
        {{ return("cast(" ~ column ~ " as date)") }}
    {% elif family not in ["text", "whole", "decimal", "double", "float"] %}
        {{ return("cast(null as date)") }}
    {% endif %}
    {% set readings = [] %}
    {% for format in precision_marketing.setting("input_checks", "time_formats") %}
        {% do readings.append(
            "cast(" ~ precision_marketing.parsed_time(text, format) ~ " as date)"
            if "%" in format else precision_marketing.shop_day(
                precision_marketing.epoch_time(text, format))) %}
    {% endfor %}
    {% do readings.append("case when " ~ precision_marketing.iso_time(text, false)
        ~ " is not null then try_cast(split_part(translate(left(" ~ text
        ~ ", 10), 'T', ' '), ' ', 1) as date) end") %}
    {{ return("coalesce(" ~ readings | join(", ") ~ ")") }}
{% endmacro %}


{# The first or the last moment of a day of the shop. #}
{% macro moment_of_day(day, is_end) %}
    {{ return(
        precision_marketing.day_start(day) if not is_end
        else "(" ~ precision_marketing.day_start(day ~ " + 1")
            ~ " - interval '1' microsecond)"
    ) }}
{% endmacro %}


{# A text of ISO 8601, also with a blank or without seconds before its zone. The year
   has four digits: what programs write in another order is not guessed. UTC's `Z` needs
   no look at zones, which takes four times as long, and its usual form no pattern. #}
{% macro iso_time(text, is_end) %}
    {% set is_utc = precision_marketing.matches(text,
        "^[0-9]{4}[-/][0-9]+[-/][0-9]+([ T] *[0-9]+:[0-9]+(:[0-9.]+Z?)?)?$") %}
    {{ return(
        "coalesce(case when " ~ text ~ " >= '0' and (" ~ text
        ~ " like '____-__-__T__:__:__Z' or " ~ text
        ~ " like '____-__-__ __:__:__') then try_cast(" ~ text
        ~ " as timestamp) end, case when " ~ is_utc ~ " then case when length(" ~ text
        ~ ") <= 10 then "
        ~ precision_marketing.moment_of_day("try_cast(" ~ text ~ " as date)", is_end)
        ~ " else try_cast(" ~ text ~ " as timestamp) end when "
        ~ precision_marketing.matches(text, "^[0-9]{4}[-/]") ~ " then "
        ~ precision_marketing.zoned_time(text) ~ " end)"
    ) }}
{% endmacro %}


{# A text with a zone as a UTC timestamp. DuckDB drops the zone in silence when a text is
   cast to a timestamp without one. No place on earth is 18 hours from UTC. Letters alone
   are read where they mean one zone: to DuckDB `BST` is Dhaka, and `AST` Anchorage. #}
{% macro zoned_time(text) %}
    {% set zoned = "replace(replace(" ~ text ~ ", ' +', '+'), ' -', '-')" %}
    {% set seconds = "case when " ~ precision_marketing.matches(
            text, "^.{10}[ T][0-9]{2}:[0-9]{2} ?[a-zA-Z+-]")
        ~ " then left(" ~ text ~ ", 16) || ':00' || substr(" ~ zoned ~ ", 17) else "
        ~ zoned ~ " end" %}
    {% set upper = "upper(" ~ text ~ ")" %}
    {% set zones = "[0-9] ?(UTC|GMT|UT|WET|CET|MET|EET|EST|MST|HST|PST|JST)$" %}
    {{ return("case when not " ~ precision_marketing.matches(
            text, "[+-](18:?(0[1-9]|[1-5][0-9])|19|[2-9][0-9])(:?[0-9]{2})*$")
        ~ " and (not " ~ precision_marketing.matches(text, "[0-9] ?[a-zA-Z]{2,}$")
        ~ " or " ~ precision_marketing.matches(upper, zones) ~ ") then "
        ~ precision_marketing.utc_of("try_cast(" ~ seconds ~ " as " ~ (
            "timestamp" if target.type == "spark" else "timestamptz") ~ ")")
        ~ " end") }}
{% endmacro %}


{# A text of a declared pattern; the pattern says whether it has a time of day. #}
{% macro formatted_time(text, format, is_end) %}
    {% set parsed = precision_marketing.parsed_time(text, format) %}
    {{ return(
        parsed if "%H" in format or "%-H" in format or "%I" in format
            or "%-I" in format
        else precision_marketing.moment_of_day("cast(" ~ parsed ~ " as date)", is_end)
    ) }}
{% endmacro %}


{# A text of a pattern of strptime as a timestamp: UTC where the pattern has a zone. #}
{% macro parsed_time(text, format) %}
    {{ return(adapter.dispatch("parsed_time", "precision_marketing")(text, format)) }}
{% endmacro %}

{% macro default__parsed_time(text, format) %}
    {% set parsed = "try_strptime(" ~ text ~ ", "
        ~ precision_marketing.text_literal(format) ~ ")" %}
    {{ return(precision_marketing.utc_of(parsed) if "%z" in format or "%Z" in format
        else parsed) }}
{% endmacro %}

{% macro spark__parsed_time(text, format) %}
    {{ exceptions.raise_compiler_error(
        "The var `input_checks.time_formats` has patterns, which are DuckDB's: on Spark"
        ~ " give times as timestamps."
    ) }}
{% endmacro %}


{# Digits as a number of seconds, milliseconds or microseconds since 1970, UTC. #}
{% macro epoch_time(text, unit) %}
    {% set factor = {"epoch_seconds": 1000000, "epoch_milliseconds": 1000,
        "epoch_microseconds": 1}[unit] %}
    {% set number = "cast(try_cast(" ~ text ~ " as decimal(24, 6)) * " ~ factor
        ~ " as decimal(38, 0))" %}
    {{ return("case when " ~ number ~ " between 0 and 99999999999999999 then "
        ~ precision_marketing.micros_time("cast(" ~ number ~ " as bigint)")
        ~ " end") }}
{% endmacro %}


{% macro micros_time(number) %}
    {{ return(adapter.dispatch("micros_time", "precision_marketing")(number)) }}
{% endmacro %}

{% macro default__micros_time(number) %}
    {{ return("make_timestamp(" ~ number ~ ")") }}
{% endmacro %}

{% macro spark__micros_time(number) %}
    {{ return("timestamp_micros(" ~ number ~ ")") }}
{% endmacro %}


{# A timestamp with a zone as a UTC timestamp without one. #}
{% macro utc_of(expression) %}
    {{ return(adapter.dispatch("utc_of", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__utc_of(expression) %}
    {{ return("timezone('UTC', " ~ expression ~ ")") }}
{% endmacro %}

{# The session's zone is UTC (profiles.yml). #}
{% macro spark__utc_of(expression) %}
    {{ return(expression) }}
{% endmacro %}


{# The largest number among the rows of a partition at an earlier instant, else 0. #}
{% macro largest_before(number, partition, instant) -%}
    coalesce(max({{ number }}) over (
            partition by {{ partition }}
            order by {{ instant }}
            range between unbounded preceding and interval '1' microsecond preceding
        ), 0)
{%- endmacro %}
