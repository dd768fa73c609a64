{# Runs before every build: a wrong setting stops it with one sentence that names the
   setting and the fix. The checks of what the inputs point to are in
   validate_inputs.sql. #}
{% macro validate_settings() %}
    {% if execute %}
        {% do precision_marketing.validate_names() %}
        {% for record in precision_marketing.settings_table() %}
            {% set value = precision_marketing.setting(record.var, record.key) %}
            {% do precision_marketing.check_setting(record, value) %}
        {% endfor %}
        {% do precision_marketing.validate_scorer_settings() %}
        {% do precision_marketing.validate_database_name() %}
        {% do precision_marketing.validate_inputs() %}
    {% endif %}
    {{ return("select 1") }}
{% endmacro %}
