{# The scorers whose scores are blended, as records. Their order is that of the
   features, and decides where parts tie. #}
{% macro scorers() %}
    {{ return(precision_marketing.scorer_records()
        | selectattr("blend_weight", "defined") | list) }}
{% endmacro %}


{# Everything that has settings, the blended scorers first. One record is the source
   of a scorer: adding one is its relation `<name>_scores` and a record in one of the
   lists below (docs/scorers.md). A record has
   - name, and page: where docs/ says how it works,
   - blend_weight: in the blend from which learning starts; blended scorers alone have
     it,
   - reason_code: what a recommendation says when this scorer contributed most,
   - neighbors: how the history item behind it is found: `own` where the library takes
     its score apart (`precision_marketing.candidates.history_parts`), the table whose
     similarities it adds up, `itself` for a scorer that recommends what the user has;
     else nothing,
   - is_content: knows what the items are, and so scores what nobody touched yet,
   - history_view: `last_day` where that alone counts. Not given, it is `recent` for a
     scorer with the setting `decay` (what each older day counts of the next), or
     `whole`,
   - settings: name to kind, default and the values that the search tries
     (setting_kinds), in the order of the search, those with most effect first,
   - library_function: its name in `precision_marketing.scorers.registry`, which makes
     the lists for the search and of `train`. Not given, it is the scorer's name,
   - is_droppable: the library makes its lists of `train` (`train_lists`), its own file
     those of `test` and `serve` alone, of whomever `scorer_decisions` leaves it. Not
     given, its file makes all windows, whatever they are worth. #}
{% macro scorer_records() %}
    {% set given_records = precision_marketing.popularity_records()
        + precision_marketing.profile_records() + precision_marketing.basket_records()
        + precision_marketing.user_records() + precision_marketing.content_records()
        + precision_marketing.item_weight_records()
        + precision_marketing.matrix_records() + precision_marketing.learner_records() %}
    {% set records = [] %}
    {% for given in given_records %}
        {% set settings = given.get("settings", {}) %}
        {% do records.append(dict({
            "neighbors": "",
            "is_content": false,
            "history_view": "recent" if "decay" in settings else "whole",
            "settings": settings,
            "library_function": given.name,
            "is_droppable": false,
        }, **given)) %}
    {% endfor %}
    {{ return(records) }}
{% endmacro %}


{# What the scorers of one kind have in common. #}
{% macro scorer_kinds() %}
    {{ return({
        "choices": {
            "reason_code": "because_you_chose", "neighbors": "item_cosine_neighbors",
        },
        "text": {
            "reason_code": "similar_content", "neighbors": "own", "is_content": true,
        },
    }) }}
{% endmacro %}


{# Kinds of settings with their range, whose ends are included but for `above`. A
   record adds `default`; where it differs `minimum` or `maximum`; to a word its
   `words`; and as `tried` what the search tries beside the default: nothing where
   quality is traded for time or memory alone (factors, iterations, bounds), nor for
   seeds. #}
{% macro setting_kinds() %}
    {{ return({
        "number": {"kind": "number", "minimum": 0, "maximum": 1000000},
        "positive": {"kind": "number", "above": 0, "maximum": 1000000},
        "share": {"kind": "number", "minimum": 0, "maximum": 1},
        "count": {"kind": "whole number", "minimum": 1, "maximum": 1000000000},
        "seed": {"kind": "whole number", "minimum": 0, "maximum": 1000000000},
        "word": {"kind": "word"},
    }) }}
{% endmacro %}
