{# Records of the scorers that know what the items are (see scorer_records). They are
   not searched: their terms are made from the settings in force. #}
{% macro content_records() %}
    {% set text = precision_marketing.scorer_kinds().text %}
    {% set kind = precision_marketing.setting_kinds() %}
    {% set fields = precision_marketing.text_field_settings() %}
    {{ return([
        dict(text, name="content_tfidf", is_droppable=true, blend_weight=0.1,
             page="algorithms/content_tfidf.md", settings=dict({
            "neighbors": dict(kind.count, default=50),
            "decay": dict(kind.share, default=0.7),
        }, **fields)),
        dict(text, name="naive_bayes", is_droppable=true, blend_weight=0.05,
             page="algorithms/naive_bayes.md", settings=dict({
            "decay": dict(kind.share, default=0.9),
            "smoothing": dict(kind.positive, default=0.5),
        }, **fields)),
        dict(text, name="linear_svm", is_droppable=true, blend_weight=0.05,
             page="algorithms/linear_svm.md", settings={
            "decay": dict(kind.share, default=0.8),
            "smoothing": dict(kind.positive, default=0.5),
            "penalty": dict(kind.positive, default=1.0),
            "training_users": dict(kind.count, default=2000),
            "negatives": dict(kind.count, default=10),
            "seed": dict(kind.seed, default=0),
        }),
        dict(text, name="item_embedding", is_droppable=true, blend_weight=0.05,
             page="algorithms/item_embedding.md", settings={
            "decay": dict(kind.share, default=0.7),
        }),
    ]) }}
{% endmacro %}


{# How much each field of an item's text counts. #}
{% macro text_field_settings() %}
    {% set kind = precision_marketing.setting_kinds() %}
    {% set weights = {
        "words": 0.5, "title": 0.5, "title_pieces": 0.25, "category": 1.0, "brand": 1.0,
        "tags": 1.0, "reviews": 0.5,
    } %}
    {% set settings = {} %}
    {% for field, weight in weights.items() %}
        {% do settings.update({field ~ "_weight": dict(kind.number, default=weight)}) %}
    {% endfor %}
    {{ return(settings) }}
{% endmacro %}
