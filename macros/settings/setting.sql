{# A setting's value: what the user gave, or else the table's default. The only way to
   read one. Checked while dbt parses, when a wrong value would break models in its own
   words; `validate_settings` checks again, and unit tests may go below the bounds. #}
{% macro setting(name, key=none) %}
    {% set record = precision_marketing.setting_record(name, key) %}
    {% if not record %}
        {% do precision_marketing.no_setting_error(
            precision_marketing.setting_path(name, key)) %}
    {% endif %}
    {% set given = var(name, {} if key is not none else record) %}
    {% if key is none %}
        {% set value = given %}
    {% elif given is mapping %}
        {% set value = given.get(key, record) %}
    {% else %}
        {% do precision_marketing.setting_error(
            name, given, "a mapping such as {" ~ key ~ ": "
            ~ precision_marketing.shown_value(record.default) ~ "}") %}
    {% endif %}
    {% if value is sameas record %}
        {{ return(record.default) }}
    {% endif %}
    {% if value is string and "{{" in value %}
        {% set value = precision_marketing.rendered_text(
            precision_marketing.setting_path(name, key), value) %}
    {% endif %}
    {% if not execute %}
        {% do precision_marketing.check_setting(record, value) %}
    {% endif %}
    {{ return(value) }}
{% endmacro %}


{# dbt renders texts of `vars:` itself, but not those in a mapping. #}
{% macro rendered_text(path, value) %}
    {% if not modules.re.fullmatch("[^{}]*([{]{2}[^{}]+[}]{2}[^{}]*)+", value) %}
        {% do precision_marketing.setting_error(
            path, value, "a text whose braces close, such as {{ env_var('NAME') }}") %}
    {% endif %}
    {{ return(render(value)) }}
{% endmacro %}


{% macro setting_path(name, key) %}
    {{ return(name ~ "." ~ key if key is not none else name) }}
{% endmacro %}


{# A value as one writes it in YAML, on one line that is not too long. #}
{% macro shown_value(value) %}
    {% set text = "'" ~ value ~ "'" if value is string
        else "null" if value is none
        else value | string | lower if value is boolean
        else value | string %}
    {% set line = modules.re.sub("[\\x00-\\x1f\\x7f]", " ", text) %}
    {{ return(line if line | length <= 200 else line[:200] ~ "...") }}
{% endmacro %}


{% macro setting_error(path, value, expected) %}
    {{ exceptions.raise_compiler_error(
        "The var `" ~ path ~ "` is `" ~ precision_marketing.shown_value(value)
        ~ "`: set it to " ~ expected ~ "."
    ) }}
{% endmacro %}


{# A mistake of a model or macro, not of a user. #}
{% macro no_setting_error(path) %}
    {% set paths = [] %}
    {% for record in precision_marketing.settings_table() %}
        {% do paths.append(precision_marketing.setting_path(record.var, record.key)) %}
    {% endfor %}
    {{ exceptions.raise_compiler_error(
        "There is no setting `" ~ path ~ "`: "
        ~ precision_marketing.nearest_or_all(path, paths, "the settings")
    ) }}
{% endmacro %}
