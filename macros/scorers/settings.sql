{# What the var `scorers` gives, e.g. {item_cosine: {neighbors: 100}}. #}
{% macro given_scorer_settings(scorer) %}
    {{ return(precision_marketing.setting("scorers").get(scorer, {})) }}
{% endmacro %}


{% macro scorer_settings(scorer) %}
    {% set record = precision_marketing.scorer_records()
        | selectattr("name", "equalto", scorer) | first %}
    {% set settings = {} %}
    {% for name, setting in record.settings.items() %}
        {% do settings.update({name: setting.default}) %}
    {% endfor %}
    {% do settings.update(precision_marketing.given_scorer_settings(scorer)) %}
    {{ return(settings) }}
{% endmacro %}


{# Rows of `int_declared_scorer_settings`, one list each: scorer, setting, value,
   whether the user set it. #}
{% macro declared_scorer_settings() %}
    {% set read = precision_marketing.setting %}
    {% set kept = read("recommendations", "kept_of_each_scorer") %}
    {% set rows = [
        ["every_scorer", "candidates",
         read("recommendations", "candidates_per_scorer"), true],
        ["every_scorer", "kept_of_each_scorer", kept, true],
        ["reranking", "is_wanted", precision_marketing.reranking_is_wanted() | int,
         true],
        ["reranking", "list_length", read("recommendations", "per_user"), true],
        ["reranking", "diversity", read("recommendations", "diversity"), true],
        ["reranking", "explored_count", precision_marketing.explored_item_count(),
         true],
        ["every_scorer_wanted", "is_wanted",
         read("recommendations", "every_scorer") | int, true],
        ["search", "is_wanted", read("tuning", "enabled") | int, true],
        ["search", "users", read("tuning", "users"), true],
        ["search", "trials", read("tuning", "trials_per_scorer"), true],
    ] %}
    {% for record in precision_marketing.scorer_records() %}
        {% set given = precision_marketing.given_scorer_settings(record.name) %}
        {% for name, setting in record.settings.items() %}
            {% do rows.append([
                record.name, name, given.get(name, setting.default), name in given,
            ]) %}
        {% endfor %}
    {% endfor %}
    {{ return(rows + precision_marketing.recorded_scorer_facts()) }}
{% endmacro %}


{# What the records say besides settings, as rows of `int_declared_scorer_settings`. #}
{% macro recorded_scorer_facts() %}
    {% set rows = [] %}
    {% for scorer in precision_marketing.scorers() %}
        {% do rows.append(["blend", scorer.name, scorer.blend_weight, false]) %}
        {% if scorer.is_droppable %}
            {% do rows.append(
                ["library_function", scorer.name, scorer.library_function, false]
            ) %}
        {% endif %}
        {% if scorer.is_content %}
            {% do rows.append(["content", scorer.name, 1, false]) %}
        {% endif %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{# Rows of `int_scorer_levers`, one list each, in the order of the search: scorer,
   library function, setting, value. #}
{% macro scorer_levers() %}
    {% set rows = [] %}
    {% for record in precision_marketing.scorer_records() %}
        {% for name, setting in record.settings.items() %}
            {% for value in setting.get("tried", []) %}
                {% do rows.append([record.name, record.library_function, name, value]) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{# A setting's two columns: a number, or a word. #}
{% macro setting_columns(value) %}
    {%- set text = precision_marketing.kind_type("text") -%}
    {%- if value is string -%}
        cast(null as double) as setting_value,
        cast({{ precision_marketing.text_literal(value) }} as {{ text }}) as setting_text
    {%- else -%}
        cast({{ value }} as double) as setting_value,
        cast(null as {{ text }}) as setting_text
    {%- endif -%}
{% endmacro %}
