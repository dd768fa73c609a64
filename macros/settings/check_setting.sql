{# Stop unless a value is of its record's kind. Kinds that are more than one value
   have a check of their own besides: what is in the mapping or list. #}
{% macro check_setting(record, value) %}
    {% set path = precision_marketing.setting_path(record.var, record.key) %}
    {% if not precision_marketing.is_of_kind(record, value) %}
        {% do precision_marketing.setting_error(
            path, value, precision_marketing.expected_value(record)) %}
    {% elif record.kind == "relations" %}
        {% do precision_marketing.check_relations(path, value) %}
    {% elif record.kind == "event types" %}
        {% do precision_marketing.check_event_types(path, value) %}
    {% elif record.kind == "variant shares" %}
        {% do precision_marketing.check_variant_shares(path, value) %}
    {% elif record.kind == "channel caps" %}
        {% do precision_marketing.check_channel_caps(path, value) %}
    {% elif record.kind == "audience rules" %}
        {% do precision_marketing.check_audience_rules(path, value) %}
    {% elif record.kind == "feature gaps" %}
        {% do precision_marketing.check_feature_gaps(path, value) %}
    {% elif record.kind == "rules" %}
        {% do precision_marketing.check_rules(path, value) %}
    {% elif record.kind == "thresholds" %}
        {% do precision_marketing.check_thresholds(path, value, record) %}
    {% elif record.kind == "accepted checks" %}
        {% do precision_marketing.check_accepted(path, value) %}
    {% endif %}
{% endmacro %}


{% macro is_of_kind(record, value) %}
    {% set kind = record.kind %}
    {% if kind in ["number", "whole number", "share"] %}
        {{ return(precision_marketing.is_in_range(record, value)) }}
    {% elif kind == "date" %}
        {{ return(value == "" or precision_marketing.is_date(value)) }}
    {% elif kind == "word" %}
        {{ return(value is string and value in record.words) }}
    {% elif kind == "words" %}
        {{ return(precision_marketing.is_list(value) and value | length > 0
            and value | reject("in", record.words) | list == []
            and value | unique | list | length == value | length) }}
    {% elif kind == "flag" %}
        {{ return(value is boolean) }}
    {% elif kind == "text" %}
        {{ return(precision_marketing.is_text(value)
            and value | trim | length >= record.get("lowest", 0)) }}
    {% elif kind == "folder" %}
        {{ return(precision_marketing.is_text(value) and value | trim == value) }}
    {% elif kind in ["rules", "accepted checks", "texts", "time formats"] %}
        {{ return(precision_marketing.is_list_of_kind(kind, value)) }}
    {% elif kind == "time zone" %}
        {{ return(value is string and value in modules.pytz.all_timezones) }}
    {% else %}
        {{ return(value is mapping and (kind != "mapping of mappings"
            or value.values() | reject("mapping") | list == [])) }}
    {% endif %}
{% endmacro %}


{# Checks and rules have a check of their own for what is in the list. #}
{% macro is_list_of_kind(kind, value) %}
    {{ return(precision_marketing.is_list(value)
        and (kind != "texts" or precision_marketing.are_texts(value))
        and (kind != "time formats" or precision_marketing.are_time_formats(value))) }}
{% endmacro %}


{% macro is_list(value) %}
    {{ return(value is sequence and value is not string and value is not mapping) }}
{% endmacro %}


{# Without control characters, of which some end a line and others a text. #}
{% macro is_text(value) %}
    {{ return(value is string and value | length <= 1000
        and not modules.re.search("[\\x00-\\x1f\\x7f]", value)) }}
{% endmacro %}


{# What may name something in a mapping: a text, or the number that YAML makes of one;
   an unquoted `yes` or `null` is none. #}
{% macro is_name(value) %}
    {{ return(
        (value is integer and value is not boolean and value | string | length <= 20)
        or (precision_marketing.is_text(value) and value | length <= 200
            and value | trim | length > 0 and value | trim == value)
    ) }}
{% endmacro %}


{# Names that may stand together: `1` and `'1'` are one. #}
{% macro are_names(values) %}
    {% for value in values if not precision_marketing.is_name(value) %}
        {{ return(false) }}
    {% endfor %}
    {% set texts = values | map("string") | list %}
    {{ return(texts | unique(case_sensitive=true) | list | length == texts | length) }}
{% endmacro %}


{% macro are_texts(values) %}
    {% for value in values if not precision_marketing.is_text(value) %}
        {{ return(false) }}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}


{# Patterns of strptime with a year, of parts that DuckDB reads, and at most one unit of
   numbers: two would not be told apart. #}
{% macro are_time_formats(value) %}
    {% if not precision_marketing.is_list(value) %}{{ return(false) }}{% endif %}
    {% set units = ["epoch_seconds", "epoch_milliseconds", "epoch_microseconds"] %}
    {% set wrong = [] %}
    {% for format in value if format not in units %}
        {% if format is not string or not modules.re.search("%-?[yY]", format)
            or not modules.re.fullmatch(
                "([^%]|%-?[dHIjmMSy]|%[aAbBfnpYzZ%])+", format) %}
            {% do wrong.append(format) %}
        {% endif %}
    {% endfor %}
    {{ return(wrong == [] and value | select("in", units) | list | length <= 1) }}
{% endmacro %}


{# NaN and the infinities are no numbers: the difference to themselves is not 0. #}
{% macro is_in_range(record, value) %}
    {{ return(
        value is number and value is not boolean and value - value == 0
        and (record.kind != "whole number" or value is integer)
        and value >= record.get("lowest", value)
        and value <= record.get("highest", value)
    ) }}
{% endmacro %}


{# A day that the calendar has, as a date or as text, of a year that a shop may name. #}
{% macro is_date(value) %}
    {% set found = modules.re.fullmatch(
        "(19[7-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
        value | string) %}
    {% if not found %}{{ return(false) }}{% endif %}
    {% set first = modules.datetime.date(
        found.group(1) | int, found.group(2) | int, 1) %}
    {% set day = first + modules.datetime.timedelta(days=found.group(3) | int - 1) %}
    {{ return(day.month == first.month) }}
{% endmacro %}


{# What follows "set it to". #}
{% macro expected_value(record) %}
    {% set kind = record.kind %}
    {% set bounds = [] %}
    {% for name in ["lowest", "highest"] if name in record %}
        {% do bounds.append(
            ("at least " if name == "lowest" else "at most ") ~ record[name]) %}
    {% endfor %}
    {{ return({
        "date": "a date such as 2025-06-30 from 1970 to 2199, or leave it empty",
        "word": "one of " ~ record.get("words", []) | join(", "),
        "words": "a list of one or more of " ~ record.get("words", []) | join(", ")
            ~ ", each once",
        "flag": "true or false",
        "text": "a text of one line" ~ (
            " that is not empty" if "lowest" in record else ""),
        "folder": "a folder's path without blanks around it, or leave it empty",
        "rules": "a list such as " ~ record.get("example"),
        "accepted checks": "a list such as " ~ record.get("example"),
        "thresholds": "a mapping such as {warn: " ~ record.get("lowest")
            ~ ", stop: never}, of numbers of " ~ bounds | join(" and "),
        "texts": "a list of texts such as " ~ record.get("example"),
        "time zone": "the name of a time zone such as Europe/Berlin",
        "time formats": "a list of patterns of strptime that have a year, and at most"
            ~ " one unit, such as " ~ record.get("example"),
    }.get(kind) or (
        "a " ~ kind ~ " of " ~ bounds | join(" and ") if bounds
        else "a mapping such as " ~ record.get("example")
    )) }}
{% endmacro %}
