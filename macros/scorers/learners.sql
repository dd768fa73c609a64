{# Records of what has settings and is no part of the blend (see scorer_records). #}
{% macro learner_records() %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(name="content_terms", page="algorithms/content_tfidf.md", settings={
            "minimum_document_frequency": dict(kind.count, default=2),
            "maximum_document_frequency": dict(kind.count, default=10000),
            "maximum_terms": dict(kind.count, default=50000),
        }),
        dict(name="cold_items", page="recommender_quality.md", settings={
            "maximum_users": dict(kind.count, default=5, minimum=0),
            "evaluated_users": dict(kind.count, default=300),
        }),
        dict(name="neural_scorer", page="algorithms/neural_scorer.md", settings={
            "seeds": dict(kind.count, default=3),
            "maximum_epochs": dict(kind.count, default=12),
            "batch_size": dict(kind.count, default=1024),
            "learning_rate": dict(kind.positive, default=0.001),
            "negatives_per_positive": dict(kind.count, default=10),
            "patience": dict(kind.count, default=3),
            "seed": dict(kind.seed, default=0),
            "maximum_training_rows": dict(kind.count, default=250000),
        }),
        dict(name="logistic_regression", page="algorithms/neural_scorer.md", settings={
            "penalty": dict(kind.positive, default=1.0),
        }),
    ]) }}
{% endmacro %}
