{# What settings name of the inputs, as a query of (setting_name, input_name, column_name,
   given_name): a name that nothing has would be ignored, or leave everybody out. Names of
   event types are not among them: one may be declared before it comes. #}
{% macro names_in_settings() %}
    {% set named = [] %}
    {% for var_name, key, column_name in [
        ("audiences", "addressed", "campaign_id"), ("lift", "variant_shares", "campaign_id"),
        ("audiences", "channel_frequency_caps", "channel"),
    ] %}
        {% for name in precision_marketing.setting(var_name, key) %}
            {% set name = name | string %}
            {% do named.append((var_name ~ "." ~ key, "campaigns", column_name,
                name | lower if column_name == "channel" else name)) %}
        {% endfor %}
    {% endfor %}
    {% for rule in precision_marketing.setting("rules") %}
        {% for column_name in ["item_id", "category", "brand"]
            if column_name in rule and rule[column_name] != "*" %}
            {% do named.append(("rules", "items", column_name, rule[column_name])) %}
        {% endfor %}
    {% endfor %}
    {% for row in named | unique %}
    select
        {{ precision_marketing.text_literal(row[0]) }} as setting_name,
        {{ precision_marketing.text_literal(row[1]) }} as input_name,
        {{ precision_marketing.text_literal(row[2]) }} as column_name,
        {{ precision_marketing.text_literal(row[3] | string) }} as given_name
    union all
    {% endfor %}
    select '' as setting_name, '' as input_name, '' as column_name, '' as given_name
    where 1 = 0
{% endmacro %}
