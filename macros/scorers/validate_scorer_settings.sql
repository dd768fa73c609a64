{% macro validate_scorer_settings() %}
    {% set records = precision_marketing.scorer_records() %}
    {% set with_settings =
        records | selectattr("settings") | map(attribute="name") | list %}
    {% for scorer in precision_marketing.setting("scorers") if scorer not in with_settings %}
        {% do precision_marketing.unknown_name_error(
            "scorers", scorer, with_settings, "the scorers with settings") %}
    {% endfor %}
    {% for record in records %}
        {% set given = precision_marketing.given_scorer_settings(record.name) %}
        {% for name, value in given.items() %}
            {% set setting = record.settings.get(name) %}
            {% if setting is none or not
                precision_marketing.is_setting_value(setting, value) %}
                {% do precision_marketing.content_error(
                    "scorers", record.name ~ "." ~ name, value,
                    precision_marketing.nearest_or_all(
                        name, record.settings | list, "its settings")
                    if setting is none else
                    "set it to " ~ precision_marketing.setting_range(setting) ~ ".") %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro is_setting_value(setting, value) %}
    {% if setting.kind == "word" %}
        {{ return(value is string and value in setting.words) }}
    {% endif %}
    {{ return(
        precision_marketing.is_in_range({
            "kind": setting.kind, "highest": setting.maximum,
            "lowest": setting.get("minimum", setting.get("above")),
        }, value)
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
        ~ " and at most " ~ setting.maximum
    ) }}
{% endmacro %}
