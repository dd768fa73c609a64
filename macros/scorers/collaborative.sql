{# Records of the scorers that know who touched what (see scorer_records). #}
{% macro popularity_records() %}
    {{ return([
        dict(name="popularity", blend_weight=0.05, page="cold_start.md",
             reason_code="popular"),
    ]) }}
{% endmacro %}


{# Items near to those of the history. target_exponent: how much popular targets are
   held back, least where histories are short; user_degree_exponent: whether long
   histories count as much as short ones; shrinkage: none for dense data, more where
   pairs rest on one or two users. A decay of 1 is none, 0.5 nearly the last day. #}
{% macro profile_records() %}
    {% set choices = precision_marketing.scorer_kinds().choices %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(choices, name="item_cosine", is_droppable=true, blend_weight=0.05,
             page="algorithms/item_cosine.md", settings={
            "target_exponent": dict(kind.number, default=0.45, tried=[0.4, 0.5, 0.3]),
            "user_degree_exponent": dict(kind.number, default=0.5, tried=[0.25, 0.75]),
            "source_exponent": dict(kind.number, default=0.5, tried=[0.4, 0.3]),
            "shrinkage": dict(kind.number, default=10.0, tried=[0.0, 50.0]),
            "similarity": dict(kind.word, default="cosine", tried=["euclidean"],
                               words=["cosine", "euclidean"]),
            "neighbors": dict(kind.count, default=200, tried=[100, 500]),
        }),
        dict(choices, name="item_cosine_recent", is_droppable=true, blend_weight=0.15,
             page="algorithms/item_cosine.md", settings={
            "decay": dict(kind.share, default=0.7, tried=[0.9, 0.5, 1.0]),
        }),
    ]) }}
{% endmacro %}


{# What follows the last day of a history, and what is due again. #}
{% macro basket_records() %}
    {% set choices = precision_marketing.scorer_kinds().choices %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(choices, name="last_basket", is_droppable=true, blend_weight=0.05,
             history_view="last_day", page="algorithms/last_basket.md"),
        dict(choices, name="next_basket", is_droppable=true, blend_weight=0.05,
             neighbors="next_basket_neighbors", history_view="last_day",
             page="algorithms/last_basket.md", settings={
            "neighbors": dict(kind.count, default=200),
            "reach": dict(kind.count, default=3),
            "reach_decay": dict(kind.share, default=0.5),
            "user_degree_exponent": dict(kind.number, default=0.5),
            "target_exponent": dict(kind.number, default=0.45),
            "source_exponent": dict(kind.number, default=0.5),
            "shrinkage": dict(kind.number, default=5.0),
        }),
        dict(choices, name="buy_again", blend_weight=0.3, neighbors="itself",
             page="algorithms/buy_again.md", settings={
            "not_due_exponent": dict(kind.number, default=0.0),
            "overdue_exponent": dict(kind.number, default=0.5),
        }),
    ]) }}
{% endmacro %}


{# What users with a like history have: source_exponent holds long histories back as
   sources, and data with short ones want it lower. #}
{% macro user_records() %}
    {% set choices = precision_marketing.scorer_kinds().choices %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(choices, name="user_cosine", is_droppable=true, blend_weight=0.05,
             page="algorithms/user_cosine.md", reason_code="customers_like_you",
             neighbors="", settings={
            "source_exponent": dict(kind.number, default=0.7, tried=[0.5, 0.6]),
            "popularity_exponent": dict(kind.number, default=0.3, tried=[0.0, 0.15]),
            "item_degree_exponent": dict(kind.number, default=0.5, tried=[0.0, 0.6]),
            "neighbors": dict(kind.count, default=500, tried=[200]),
            "similarity": dict(kind.word, default="cosine", tried=["euclidean"],
                               words=["cosine", "euclidean"]),
            "target_exponent": dict(kind.number, default=0.5),
            "shrinkage": dict(kind.number, default=0.0),
        }),
    ]) }}
{% endmacro %}


{# Weights of items for items, applied to decayed histories. spectrum_exponent: how loud
   the first directions stay, 0.25 flattens them more. #}
{% macro item_weight_records() %}
    {% set choices = precision_marketing.scorer_kinds().choices %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(choices, name="spectral", is_droppable=true, blend_weight=0.45,
             neighbors="own", page="algorithms/spectral.md", settings={
            "spectrum_exponent": dict(kind.number, default=0.35, tried=[0.5, 0.25]),
            "decay": dict(kind.share, default=0.85, tried=[1.0, 0.7]),
            "item_degree_exponent": dict(kind.number, default=0.35, tried=[0.4, 0.3]),
            "rank": dict(kind.count, default=128, tried=[256]),
            "neighbors": dict(kind.count, default=200, tried=[500]),
            "user_degree_exponent": dict(kind.number, default=0.3),
        }),
        dict(choices, name="local_ridge", is_droppable=true, blend_weight=0.25,
             neighbors="own", page="algorithms/local_ridge.md", settings={
            "penalty": dict(kind.positive, default=10.0, tried=[30.0, 3.0]),
            "decay": dict(kind.share, default=0.85, tried=[1.0, 0.7]),
            "penalty_exponent": dict(kind.number, default=0.5, tried=[0.0]),
            "neighbors": dict(kind.count, default=100, tried=[200]),
            "user_degree_exponent": dict(kind.number, default=0.5),
        }),
    ]) }}
{% endmacro %}


{# Models of the whole matrix. iALS is fitted anew for each trial: the dearest, so few.
   EASE lists nothing for more than maximum_items, so that 0 turns it off. #}
{% macro matrix_records() %}
    {% set choices = precision_marketing.scorer_kinds().choices %}
    {% set kind = precision_marketing.setting_kinds() %}
    {{ return([
        dict(choices, name="ials", is_droppable=true, blend_weight=0.9,
             neighbors="own", page="algorithms/ials.md", settings={
            "regularization": dict(kind.number, default=0.023, tried=[0.015, 0.03]),
            "decay": dict(kind.share, default=0.85, tried=[1.0, 0.7]),
            "unobserved_strength": dict(kind.positive, default=1.0, tried=[0.5, 2.0]),
            "factors": dict(kind.count, default=256),
            "iterations": dict(kind.count, default=10),
            "seed": dict(kind.seed, default=0),
        }),
        dict(choices, name="ease", is_droppable=true, blend_weight=0.05,
             neighbors="own", page="algorithms/ease.md", settings={
            "penalty": dict(kind.positive, default=100.0, tried=[300.0, 30.0]),
            "user_degree_exponent": dict(kind.number, default=0.5),
            "maximum_items": dict(kind.count, default=8000, minimum=0),
        }),
    ]) }}
{% endmacro %}
