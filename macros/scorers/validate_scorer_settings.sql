{% macro validate_scorer_settings() %}
    {% set records = precision_marketing.scorer_records() %}
    {% set with_settings =
        records | selectattr("settings") | map(attribute="name") | list %}
    {% for scorer in precision_marketing.setting("scorers") if scorer not in with_settings %}
        {{ exceptions.raise_compiler_error(
            "The var `scorers` names `" ~ scorer ~ "`: the scorers with"
            ~ " settings are " ~ with_settings | join(", ") ~ "."
        ) }}
    {% endfor %}
    {% for record in records %}
        {% set given = precision_marketing.given_scorer_settings(record.name) %}
        {% for name, value in given.items() %}
            {% set setting = record.settings.get(name) %}
            {% if setting is none or not
                precision_marketing.is_setting_value(setting, value) %}
                {{ exceptions.raise_compiler_error(
                    "The var `scorers` sets `" ~ record.name ~ "." ~ name
                    ~ "` to `" ~ value ~ "`: " ~ (
                        "its settings are " ~ record.settings | join(", ")
                        if setting is none else
                        "set it to " ~ precision_marketing.setting_range(setting)
                    ) ~ "."
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro is_setting_value(setting, value) %}
    {% if setting.kind == "word" %}
        {{ return(value in setting.words) }}
    {% endif %}
    {{ return(
        value is number and value is not boolean
        and (setting.kind == "number" or value == value | int)
        and value >= setting.get("minimum", value)
        and value <= setting.get("maximum", value)
        and ("above" not in setting or value > setting.above)
    ) }}
{% endmacro %}


{# In words: `a whole number of at least 1`, `one of cosine, euclidean`. #}
{% macro setting_range(setting) %}
    {% if setting.kind == "word" %}
        {{ return("one of " ~ setting.words | join(", ")) }}
    {% endif %}
    {{ return(
        "a " ~ setting.kind
        ~ (" above " ~ setting.above if "above" in setting
            else " of at least " ~ setting.minimum)
        ~ (" and at most " ~ setting.maximum if "maximum" in setting else "")
    ) }}
{% endmacro %}
