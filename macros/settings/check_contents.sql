{# What is in the settings that are mappings and lists; that of the scorers' settings
   is checked beside the scorers. Every error names the entry and says what to write. #}
{% macro check_event_types(path, event_types) %}
    {% for event_type, value in event_types.items() %}
        {% set settings = value if value is mapping else {"weight": value} %}
        {% set unknown = settings.keys()
            | reject("in", ["weight", "is_target", "is_conversion"]) | list %}
        {% set flags = settings.values() | list | select("boolean") | list | length %}
        {% if unknown or flags != settings | length - 1
            or not precision_marketing.is_in_range(
                {"kind": "number", "lowest": 0}, settings.get("weight")) %}
            {{ exceptions.raise_compiler_error(
                "The var `" ~ path ~ "` sets `" ~ event_type ~ "` to `" ~ value
                ~ "`: give a weight of at least 0, or {weight: 2, is_target: true,"
                ~ " is_conversion: false}."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro check_variant_shares(path, variant_shares) %}
    {% for campaign_id, shares in variant_shares.items() %}
        {% set arms = shares if shares is mapping else {} %}
        {% set wrong = [] %}
        {% for share in arms.values() %}
            {% if not precision_marketing.is_in_range({"kind": "number"}, share)
                or share <= 0 %}
                {% do wrong.append(share) %}
            {% endif %}
        {% endfor %}
        {% if wrong or arms | length < 2 %}
            {{ exceptions.raise_compiler_error(
                "The var `" ~ path ~ "` sets `" ~ campaign_id ~ "` to `" ~ shares
                ~ "`: give every arm a share above 0, as in {control: 0.2,"
                ~ " treatment: 0.8}."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro check_feature_gaps(path, gaps) %}
    {% set names = precision_marketing.candidate_features() | map("first") | list %}
    {% for name, gap in gaps.items() %}
        {% if name not in names %}
            {{ exceptions.raise_compiler_error(
                "The var `" ~ path ~ "` names `" ~ name ~ "`: "
                ~ precision_marketing.nearest_or_all(name, names, "the features")
            ) }}
        {% elif gap != "drop"
            and not precision_marketing.is_in_range({"kind": "number"}, gap) %}
            {{ exceptions.raise_compiler_error(
                "The var `" ~ path ~ "` sets `" ~ name ~ "` to `" ~ gap
                ~ "`: give a number to fill gaps with, or drop."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# A list of {rule, item_id or category or brand, rank or maximum} whose rules can all
   hold. #}
{% macro check_rules(path, rules) %}
    {% for rule in rules %}
        {% do precision_marketing.check_rule(path, rule) %}
    {% endfor %}
    {% set pins = rules | selectattr("rule", "equalto", "pin") | list %}
    {% set pinned = pins | map(attribute="item_id") | map("string") | list %}
    {% set excluded = rules | selectattr("rule", "equalto", "exclude")
        | map(attribute="item_id", default="") | map("string") | list %}
    {% if pins | map(attribute="rank") | unique | list | length < pins | length
        or pinned | unique | list | length < pins | length %}
        {{ exceptions.raise_compiler_error(
            "The var `" ~ path ~ "` pins two items to one rank, or one item twice: give"
            ~ " each pinned item a rank of its own."
        ) }}
    {% endif %}
    {% for item_id in pinned if item_id in excluded %}
        {{ exceptions.raise_compiler_error(
            "The var `" ~ path ~ "` both pins and excludes the item `" ~ item_id
            ~ "`: leave one of the two rules out."
        ) }}
    {% endfor %}
{% endmacro %}


{% macro check_rule(path, rule) %}
    {% set length = precision_marketing.setting("recommendations", "per_user") %}
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
            "The var `" ~ path ~ "` has the rule `" ~ rule ~ "`: write"
            ~ " {rule: pin, item_id: x, rank: 1 to " ~ length ~ "}, {rule: exclude,"
            ~ " item_id or category or brand: x} or {rule: cap, category or brand: x or"
            ~ " '*', maximum: 1 or more}."
        ) }}
    {% endif %}
{% endmacro %}
