{# A misspelled name would be ignored in silence. #}
{% macro validate_names() %}
    {% set table = precision_marketing.settings_table() %}
    {% set names = table | map(attribute="var") | unique | list %}
    {% for name, value in precision_marketing.given_vars().items()
        if name not in names %}
        {% do precision_marketing.unknown_var_error(name, value) %}
    {% endfor %}
    {% for name in names %}
        {% set keys = table | selectattr("var", "equalto", name)
            | map(attribute="key") | list %}
        {% set given = var(name, {}) %}
        {% set is_keyed = none not in keys and given is mapping %}
        {% for key in (given if is_keyed else []) if key not in keys %}
            {{ exceptions.raise_compiler_error(
                "The var `" ~ name ~ "` has no key `" ~ key ~ "`: "
                ~ precision_marketing.nearest_or_all(key, keys, "its keys")
            ) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# The vars meant for this package, with their values: those in its own scope, and at
   root all. Of a host's others nobody knows whether they are its own. #}
{% macro given_vars() %}
    {% set given = {} %}
    {% for project in var.packages_for_node() %}
        {% set all_vars = project.vars.to_dict() %}
        {% do given.update(all_vars if project_name == "precision_marketing" else {}) %}
        {% do given.pop("precision_marketing", none) %}
        {% do given.update(all_vars.get("precision_marketing") or {}) %}
    {% endfor %}
    {% if project_name == "precision_marketing" %}
        {% do given.update(invocation_args_dict.get("vars", {})) %}
    {% endif %}
    {{ return(given) }}
{% endmacro %}


{% macro unknown_var_error(name, value) %}
    {% set table = precision_marketing.settings_table() %}
    {% set places = dict(precision_marketing.former_settings()) %}
    {% for record in table %}
        {% do places.update({record.var: [record.var, none]}) %}
        {% do places.update({record.key or record.var: [record.var, record.key]}) %}
    {% endfor %}
    {% set nearest = precision_marketing.nearest_name(name, places) %}
    {% set place, key = places.get(nearest, [none, none]) %}
    {% set shown = precision_marketing.shown_value(value) %}
    {% set fix = "`" ~ place ~ (": {" ~ key ~ ": " ~ shown ~ "}" if key
        else ": " ~ shown if nearest == name else "") ~ "`" %}
    {{ exceptions.raise_compiler_error(
        "The var `" ~ name ~ "` is now " ~ fix ~ "." if nearest == name
        else "There is no var `" ~ name ~ "`: did you mean " ~ fix ~ "?" if nearest
        else "There is no var `" ~ name ~ "`: the vars are "
            ~ table | map(attribute="var") | unique | join(", ") ~ "."
    ) }}
{% endmacro %}


{# Vars from before the mappings whose names are no keys now. #}
{% macro former_settings() %}
    {{ return({
        "input_relations": ["inputs", none],
        "event_type_weights": ["event_types", none],
        "recommendation_rules": ["rules", none],
        "scorer_settings": ["scorers", none],
        "recommendation_target": ["recommendations", "target"],
        "recommendations_per_user": ["recommendations", "per_user"],
        "interaction_half_life_days": ["interactions", "half_life_days"],
        "interaction_saturation": ["interactions", "saturation"],
        "tune": ["tuning", "enabled"],
        "tune_users": ["tuning", "users"],
        "tune_trials_per_scorer": ["tuning", "trials_per_scorer"],
        "attribution_click_window_days": ["attribution", "click_window_days"],
        "attribution_view_window_days": ["attribution", "view_window_days"],
        "attribution_lookback_days": ["attribution", "lookback_days"],
        "attribution_half_life_days": ["attribution", "half_life_days"],
        "attribution_path_touches": ["attribution", "path_touches"],
        "campaign_history_days": ["lift", "history_days"],
        "audience_holdout_salt": ["audiences", "holdout_salt"],
    }) }}
{% endmacro %}
