{# The scorers: adding one is a new relation `<name>_scores` and one line here.
   - blend_weight: share in the blend of scores scaled per user,
   - reason_code: what a recommendation says when this scorer contributed most,
   - is_history_based: it can name the item of the user's history behind it. #}
{% macro scorers() %}
    {{ return([
        {"name": "popularity", "blend_weight": 0.1,
         "reason_code": "popular", "neighbors": ""},
        {"name": "item_cosine", "blend_weight": 1.0,
         "reason_code": "because_you_chose", "neighbors": "item_cosine_neighbors"},
        {"name": "user_cosine", "blend_weight": 1.0,
         "reason_code": "customers_like_you", "neighbors": "item_cosine_neighbors"},
        {"name": "content_tfidf", "blend_weight": 0.2,
         "reason_code": "similar_content", "neighbors": "content_tfidf_neighbors"},
    ]) }}
{% endmacro %}


{# Settings of the Python scorers: defaults, overridden by the var `scorer_settings`,
   e.g. {item_cosine: {neighbors: 100}}. Units: neighbors counts; exponents and
   shrinkage unit-free. Defaults: docs/algorithms/. #}
{% macro scorer_setting_defaults() %}
    {{ return({
        "item_cosine": {
            "neighbors": 200, "user_degree_exponent": 0.5, "target_exponent": 0.45,
            "source_exponent": 0.5, "shrinkage": 10.0,
        },
        "user_cosine": {
            "neighbors": 500, "item_degree_exponent": 0.5, "target_exponent": 0.5,
            "source_exponent": 0.7, "shrinkage": 0.0, "popularity_exponent": 0.3,
        },
        "content_tfidf": {
            "neighbors": 50, "minimum_document_frequency": 2,
            "maximum_document_frequency": 10000, "maximum_terms": 50000,
        },
        "neural_scorer": {
            "maximum_epochs": 12, "batch_size": 1024, "learning_rate": 0.001,
            "negatives_per_positive": 10, "patience": 3, "seed": 0,
        },
    }) }}
{% endmacro %}


{% macro scorer_settings(scorer) %}
    {% set settings = dict(precision_marketing.scorer_setting_defaults()[scorer]) %}
    {% do settings.update(var("scorer_settings").get(scorer, {})) %}
    {{ return(settings) }}
{% endmacro %}


{% macro validate_scorer_settings() %}
    {% set defaults = precision_marketing.scorer_setting_defaults() %}
    {% for scorer, settings in var("scorer_settings").items() %}
        {% if scorer not in defaults %}
            {{ exceptions.raise_compiler_error(
                "The var `scorer_settings` names `" ~ scorer ~ "`: the scorers with"
                ~ " settings are " ~ defaults.keys() | join(", ") ~ "."
            ) }}
        {% endif %}
        {% for name, value in settings.items() %}
            {% if name not in defaults[scorer] or value is not number
                or value is boolean or value < 0 %}
                {{ exceptions.raise_compiler_error(
                    "The var `scorer_settings` sets `" ~ scorer ~ "." ~ name ~ "` to `"
                    ~ value ~ "`: give numbers of at least 0 for "
                    ~ defaults[scorer].keys() | join(", ") ~ "."
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
