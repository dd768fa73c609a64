{# The var `recommendation_rules`: a list of {rule, item_id or category or brand, rank
   or maximum}. Every error names the rule and says what to write instead. #}
{% macro validate_recommendation_rules() %}
    {% set rules = var("recommendation_rules") %}
    {% if rules is string or rules is mapping or rules is not iterable %}
        {% do precision_marketing.setting_error(
            "recommendation_rules",
            "a list such as [{rule: exclude, category: tobacco}]"
        ) %}
    {% endif %}
    {% for rule in rules %}
        {% do precision_marketing.validate_recommendation_rule(rule) %}
    {% endfor %}
    {% set pins = rules | selectattr("rule", "equalto", "pin") | list %}
    {% set pinned = pins | map(attribute="item_id") | map("string") | list %}
    {% set excluded = rules | selectattr("rule", "equalto", "exclude")
        | map(attribute="item_id", default="") | map("string") | list %}
    {% if pins | map(attribute="rank") | unique | list | length < pins | length
        or pinned | unique | list | length < pins | length %}
        {{ exceptions.raise_compiler_error(
            "The var `recommendation_rules` pins two items to one rank, or one item"
            ~ " twice: give each pinned item a rank of its own."
        ) }}
    {% endif %}
    {% for item_id in pinned if item_id in excluded %}
        {{ exceptions.raise_compiler_error(
            "The var `recommendation_rules` both pins and excludes the item `" ~ item_id
            ~ "`: leave one of the two rules out."
        ) }}
    {% endfor %}
{% endmacro %}


{% macro validate_recommendation_rule(rule) %}
    {% set length = var("recommendations_per_user") %}
    {% set kind = rule.get("rule") if rule is mapping else none %}
    {% set targets = {
        "pin": ["item_id"], "exclude": ["item_id", "category", "brand"],
        "cap": ["category", "brand"],
    }.get(kind, []) %}
    {% set amount = {"pin": "rank", "cap": "maximum"}.get(kind) %}
    {% set named = rule.keys() | reject("in", ["rule", amount]) | list
        if targets else [] %}
    {% set value = rule.get(amount) if amount else none %}
    {% set is_wrong = named | length != 1 or named[0] not in targets
        or rule[named[0]] in ["", none] or (amount and (
            value is not integer or value is boolean or value < 1
            or (kind == "pin" and value > length)
        )) %}
    {% if is_wrong %}
        {{ exceptions.raise_compiler_error(
            "The var `recommendation_rules` has the rule `" ~ rule ~ "`: write"
            ~ " {rule: pin, item_id: x, rank: 1 to " ~ length ~ "}, {rule: exclude,"
            ~ " item_id or category or brand: x} or {rule: cap, category or brand: x or"
            ~ " '*', maximum: 1 or more}."
        ) }}
    {% endif %}
{% endmacro %}
