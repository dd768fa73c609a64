{# The scorers: adding one is a new relation `<name>_scores` and one line here.
   - blend_weight: weight in the blend from which learning starts,
   - reason_code: what a recommendation says when this scorer contributed most,
   - is_history_based: it can name the item of the user's history behind it. #}
{% macro scorers() %}
    {% set by_choice = "item_cosine_neighbors" %}
    {% set by_text = "content_tfidf_neighbors" %}
    {{ return([
        {"name": "popularity", "blend_weight": 0.05,
         "reason_code": "popular", "neighbors": ""},
        {"name": "item_cosine", "blend_weight": 0.05,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "item_cosine_recent", "blend_weight": 0.15,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "last_basket", "blend_weight": 0.05,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "next_basket", "blend_weight": 0.05,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "buy_again", "blend_weight": 0.3,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "user_cosine", "blend_weight": 0.05,
         "reason_code": "customers_like_you", "neighbors": by_choice},
        {"name": "content_tfidf", "blend_weight": 0.1,
         "reason_code": "similar_content", "neighbors": by_text},
        {"name": "naive_bayes", "blend_weight": 0.05,
         "reason_code": "similar_content", "neighbors": by_text},
        {"name": "linear_svm", "blend_weight": 0.05,
         "reason_code": "similar_content", "neighbors": by_text},
        {"name": "item_embedding", "blend_weight": 0.05,
         "reason_code": "similar_content", "neighbors": by_text},
        {"name": "spectral", "blend_weight": 0.45,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "local_ridge", "blend_weight": 0.25,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "ials", "blend_weight": 0.9,
         "reason_code": "because_you_chose", "neighbors": by_choice},
        {"name": "ease", "blend_weight": 0.05,
         "reason_code": "because_you_chose", "neighbors": by_choice},
    ]) }}
{% endmacro %}


{# Settings of the Python scorers: defaults, overridden by the var `scorer_settings`,
   e.g. {item_cosine: {neighbors: 100}}. Units: neighbors counts; exponents and
   shrinkage unit-free. Defaults: docs/algorithms/; docs/tuning.md on the search. #}
{% macro scorer_setting_defaults() %}
    {{ return({
        "item_cosine": {
            "neighbors": 200, "user_degree_exponent": 0.5, "target_exponent": 0.45,
            "source_exponent": 0.5, "shrinkage": 10.0, "similarity": "cosine",
        },
        "user_cosine": {
            "neighbors": 500, "item_degree_exponent": 0.5, "target_exponent": 0.5,
            "source_exponent": 0.7, "shrinkage": 0.0, "popularity_exponent": 0.3,
            "similarity": "cosine",
        },
        "content_terms": {
            "minimum_document_frequency": 2, "maximum_document_frequency": 10000,
            "maximum_terms": 50000,
        },
        "content_tfidf": {
            "neighbors": 50, "decay": 0.7, "words_weight": 0.5, "title_weight": 0.5,
            "title_pieces_weight": 0.25, "category_weight": 1.0, "brand_weight": 1.0,
            "tags_weight": 1.0, "reviews_weight": 0.5,
        },
        "naive_bayes": {
            "decay": 0.9, "smoothing": 0.5, "words_weight": 0.5, "title_weight": 0.5,
            "title_pieces_weight": 0.25, "category_weight": 1.0, "brand_weight": 1.0,
            "tags_weight": 1.0, "reviews_weight": 0.5,
        },
        "linear_svm": {
            "decay": 0.8, "smoothing": 0.5, "penalty": 1.0, "training_users": 2000,
            "negatives": 10, "seed": 0,
        },
        "item_embedding": {"decay": 0.7},
        "cold_items": {"maximum_users": 5, "evaluated_users": 2000},
        "item_cosine_recent": {"decay": 0.7},
        "next_basket": {
            "neighbors": 200, "reach": 3, "decay": 0.5, "user_degree_exponent": 0.5,
            "target_exponent": 0.45, "source_exponent": 0.5, "shrinkage": 5.0,
        },
        "buy_again": {"not_due_exponent": 0.0, "overdue_exponent": 0.5},
        "spectral": {
            "rank": 128, "spectrum_exponent": 0.35, "user_degree_exponent": 0.3,
            "item_degree_exponent": 0.35, "neighbors": 200, "decay": 0.85,
        },
        "local_ridge": {
            "neighbors": 100, "user_degree_exponent": 0.5, "penalty": 10.0,
            "penalty_exponent": 0.5, "decay": 0.85,
        },
        "ials": {
            "factors": 256, "iterations": 10, "unobserved_strength": 1.0,
            "regularization": 0.023, "decay": 0.85, "seed": 0,
        },
        "ease": {
            "penalty": 100.0, "user_degree_exponent": 0.5, "maximum_items": 8000,
        },
        "neural_scorer": {
            "seeds": 3, "maximum_epochs": 12, "batch_size": 1024,
            "learning_rate": 0.001, "negatives_per_positive": 10, "patience": 3,
            "seed": 0, "maximum_training_rows": 2000000,
        },
        "logistic_regression": {"penalty": 1.0},
    }) }}
{% endmacro %}


{% macro scorer_settings(scorer) %}
    {% set settings = dict(precision_marketing.scorer_setting_defaults()[scorer]) %}
    {% do settings.update(var("scorer_settings").get(scorer, {})) %}
    {{ return(settings) }}
{% endmacro %}


{# Rows of `int_declared_scorer_settings` that a scorer reads, one list each: scorer,
   setting, value, whether the user set it. #}
{% macro declared_scorer_settings() %}
    {% set rows = [
        ["every_scorer", "candidates", var("candidates_per_scorer"), true],
        ["every_scorer", "kept_of_each_scorer", var("kept_of_each_scorer"), true],
        ["reranking", "is_wanted", precision_marketing.reranking_is_wanted() | int,
         true],
        ["reranking", "list_length", var("recommendations_per_user"), true],
        ["reranking", "diversity", var("diversity"), true],
        ["reranking", "explored_count", precision_marketing.explored_item_count(),
         true],
        ["search", "is_wanted", var("tune") | int, true],
        ["search", "users", var("tune_users"), true],
        ["search", "trials", var("tune_trials_per_scorer"), true],
    ] %}
    {% for scorer in precision_marketing.scorer_setting_defaults() %}
        {% for name, value in precision_marketing.scorer_settings(scorer).items() %}
            {% do rows.append([
                scorer, name, value, name in var("scorer_settings").get(scorer, {}),
            ]) %}
        {% endfor %}
    {% endfor %}
    {% for scorer in precision_marketing.scorers() %}
        {% do rows.append(["blend", scorer.name, scorer.blend_weight, false]) %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{# The settings that are words, and the words allowed. #}
{% macro scorer_setting_words() %}
    {{ return({"similarity": ["cosine", "euclidean"]}) }}
{% endmacro %}


{% macro validate_scorer_settings() %}
    {% set defaults = precision_marketing.scorer_setting_defaults() %}
    {% set words = precision_marketing.scorer_setting_words() %}
    {% for scorer, settings in var("scorer_settings").items() %}
        {% if scorer not in defaults %}
            {{ exceptions.raise_compiler_error(
                "The var `scorer_settings` names `" ~ scorer ~ "`: the scorers with"
                ~ " settings are " ~ defaults.keys() | join(", ") ~ "."
            ) }}
        {% endif %}
        {% for name, value in settings.items() %}
            {% set is_word = name in defaults[scorer] and name in words %}
            {% set begin = "The var `scorer_settings` sets `" ~ scorer ~ "." ~ name
                ~ "` to `" ~ value ~ "`: " %}
            {% if is_word and value not in words[name] %}
                {{ exceptions.raise_compiler_error(
                    begin ~ "set it to one of " ~ words[name] | join(", ") ~ "."
                ) }}
            {% elif not is_word and (name not in defaults[scorer]
                or value is not number or value is boolean or value < 0) %}
                {{ exceptions.raise_compiler_error(
                    begin ~ "give numbers of at least 0 for "
                    ~ defaults[scorer].keys() | reject("in", words) | join(", ") ~ "."
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
