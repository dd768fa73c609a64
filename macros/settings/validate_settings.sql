{# Runs before every build: a wrong setting stops it with one sentence that names the
   setting and the fix. The only place where vars are checked; the checks of what they
   point to are in validate_inputs.sql. #}
{% macro validate_settings() %}
    {% if execute %}
        {% do precision_marketing.validate_names() %}
        {% do precision_marketing.validate_choice(
            "recommendation_target", ["new", "any"]) %}
        {% do precision_marketing.validate_choice(
            "interaction_saturation", ["none", "log", "binary"]) %}
        {% do precision_marketing.validate_number("label_share", 0.01, 0.4) %}
        {% do precision_marketing.validate_number("holdout_share", 0.01, 0.5) %}
        {% do precision_marketing.validate_number("maximum_quantity", 1, none) %}
        {% do precision_marketing.validate_number("interaction_half_life_days", 0, none) %}
        {% do precision_marketing.validate_number("recommendations_per_user", 1, 100) %}
        {% do precision_marketing.validate_number("candidates_per_scorer", 20, 1000) %}
        {% do precision_marketing.validate_number("kept_of_each_scorer", 0, 1000) %}
        {% do precision_marketing.validate_number("training_users_maximum", 100, none) %}
        {% do precision_marketing.validate_recommendation_rules() %}
        {% do precision_marketing.validate_number("diversity", 0, 1) %}
        {% do precision_marketing.validate_number("exploration_share", 0, 0.5) %}
        {% do precision_marketing.validate_number("attribution_click_window_days", 0, 365) %}
        {% do precision_marketing.validate_number("attribution_view_window_days", 0, 365) %}
        {% do precision_marketing.validate_number("campaign_history_days", 1, 3650) %}
        {% do precision_marketing.validate_variant_shares() %}
        {% do precision_marketing.validate_whole_number("attribution_lookback_days", 1, 365) %}
        {% do precision_marketing.validate_number("attribution_half_life_days", 0.01, 3650) %}
        {% do precision_marketing.validate_whole_number("attribution_path_touches", 1, 500) %}
        {% do precision_marketing.validate_number("recent_buyer_days", 0, 3650) %}
        {% do precision_marketing.validate_number("frequency_cap", 1, none) %}
        {% do precision_marketing.validate_number("frequency_window_days", 0, 3650) %}
        {% do precision_marketing.validate_number("global_holdout_share", 0, 0.9) %}
        {% do precision_marketing.validate_number("campaign_holdout_share", 0, 0.9) %}
        {% if not var("audience_holdout_salt") | string | trim %}
            {% do precision_marketing.setting_error(
                "audience_holdout_salt", "a text, and keep it: another one holds out others") %}
        {% endif %}
        {% for name in ["as_of", "train_labels_start_on", "test_labels_start_on"] %}
            {% do precision_marketing.validate_date(name) %}
        {% endfor %}
        {% do precision_marketing.validate_scorer_settings() %}
        {% do precision_marketing.validate_feature_gaps() %}
        {% if var("tune") is not boolean %}
            {% do precision_marketing.setting_error("tune", "true or false") %}
        {% endif %}
        {% do precision_marketing.validate_number("tune_users", 100, none) %}
        {% do precision_marketing.validate_number("tune_trials_per_scorer", 1, 100) %}
        {% do precision_marketing.validate_event_type_weights() %}
        {% do precision_marketing.validate_database_name() %}
        {% do precision_marketing.validate_inputs() %}
    {% endif %}
    {{ return("select 1") }}
{% endmacro %}


{% macro setting_error(name, expected) %}
    {{ exceptions.raise_compiler_error(
        "The var `" ~ name ~ "` is `" ~ var(name) ~ "`: set it to " ~ expected ~ "."
    ) }}
{% endmacro %}


{# A misspelled var would be ignored in silence. Checked at root only: a host has vars
   of its own. #}
{% macro validate_names() %}
    {% set given = invocation_args_dict.get("vars", {}) %}
    {% set known = precision_marketing.known_settings() %}
    {% if project_name == "precision_marketing" %}
        {% for name in given if name not in known %}
            {{ exceptions.raise_compiler_error(
                "There is no var `" ~ name ~ "`: the vars are " ~ known | join(", ") ~ "."
            ) }}
        {% endfor %}
    {% endif %}
{% endmacro %}


{% macro known_settings() %}
    {{ return([
        "input_dir", "input_relations", "event_type_weights", "as_of",
        "maximum_quantity", "label_share", "holdout_share", "train_labels_start_on",
        "test_labels_start_on", "recommendation_target", "interaction_half_life_days",
        "interaction_saturation", "recommendations_per_user", "candidates_per_scorer",
        "kept_of_each_scorer", "recommendation_rules", "diversity",
        "exploration_share", "training_users_maximum", "scorer_settings",
        "feature_gaps", "tune", "tune_users", "tune_trials_per_scorer",
        "attribution_click_window_days",
        "attribution_view_window_days", "campaign_history_days", "variant_shares",
        "attribution_lookback_days",
        "attribution_half_life_days", "attribution_path_touches",
        "recent_buyer_days", "frequency_cap", "frequency_window_days",
        "global_holdout_share", "campaign_holdout_share", "audience_holdout_salt",
    ]) }}
{% endmacro %}


{% macro validate_choice(name, choices) %}
    {% if var(name) not in choices %}
        {% do precision_marketing.setting_error(name, "one of " ~ choices | join(", ")) %}
    {% endif %}
{% endmacro %}


{% macro validate_number(name, lowest, highest) %}
    {% set value = var(name) %}
    {% set is_wrong = value is not number or value is boolean or value < lowest
        or (highest is not none and value > highest) %}
    {% if is_wrong %}
        {% do precision_marketing.setting_error(
            name, "a number of at least " ~ lowest
            ~ (" and at most " ~ highest if highest is not none else "")
        ) %}
    {% endif %}
{% endmacro %}


{% macro validate_whole_number(name, lowest, highest) %}
    {% set value = var(name) %}
    {% if value is not integer or value is boolean or value < lowest or value > highest %}
        {% do precision_marketing.setting_error(
            name, "a whole number of at least " ~ lowest ~ " and at most " ~ highest
        ) %}
    {% endif %}
{% endmacro %}


{% macro validate_date(name) %}
    {% set value = var(name) | string %}
    {% set date = modules.re.match("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", value) %}
    {% if value and not date %}
        {% do precision_marketing.setting_error(name, "a date such as 2025-06-30, or leave it empty") %}
    {% endif %}
{% endmacro %}


{% macro validate_event_type_weights() %}
    {% for event_type, value in var("event_type_weights").items() %}
        {% set settings = value if value is mapping else {"weight": value} %}
        {% set weight = settings.get("weight") %}
        {% set unknown = settings.keys()
            | reject("in", ["weight", "is_target", "is_conversion"]) | list %}
        {% set flags = settings.values() | list | select("boolean") | list | length %}
        {% if unknown or weight is not number or weight is boolean or weight < 0
            or flags != settings | length - 1 %}
            {{ exceptions.raise_compiler_error(
                "The var `event_type_weights` sets `" ~ event_type ~ "` to `" ~ value
                ~ "`: give a weight of at least 0, or {weight: 2, is_target: true,"
                ~ " is_conversion: false}."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro validate_variant_shares() %}
    {% if var("variant_shares") is not mapping %}
        {% do precision_marketing.setting_error(
            "variant_shares", "a mapping such as {spring: {control: 0.2, treatment: 0.8}}"
        ) %}
    {% endif %}
    {% for campaign_id, shares in var("variant_shares").items() %}
        {% set values = shares.values() | list if shares is mapping else [] %}
        {% if values | length < 2 or values | reject("number") | list
            or values | select("boolean") | list or values | min <= 0 %}
            {{ exceptions.raise_compiler_error(
                "The var `variant_shares` sets `" ~ campaign_id ~ "` to `" ~ shares
                ~ "`: give every arm a share above 0, as in {control: 0.2,"
                ~ " treatment: 0.8}."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
