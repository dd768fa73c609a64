{# What is in the settings that are mappings and lists; that of the scorers' settings
   is checked beside the scorers. Every error names the entry and says what to write. #}
{% macro content_error(path, name, value, fix) %}
    {{ exceptions.raise_compiler_error(
        "The var `" ~ path ~ "` sets `" ~ precision_marketing.shown_entry(name)
        ~ "` to `" ~ precision_marketing.shown_entry(value) ~ "`: " ~ fix) }}
{% endmacro %}


{# A name or value within another: a text without the quotation marks around it. #}
{% macro shown_entry(value) %}
    {% set shown = precision_marketing.shown_value(value) %}
    {{ return(shown[1:-1] if value is string and shown.endswith("'") else shown) }}
{% endmacro %}


{% macro unknown_name_error(path, name, names, noun) %}
    {{ exceptions.raise_compiler_error(
        "The var `" ~ path ~ "` names `" ~ precision_marketing.shown_entry(name)
        ~ "`: " ~ precision_marketing.nearest_or_all(name, names, noun)) }}
{% endmacro %}


{# Names are compared in lower case where event types are: two that are one then would
   double what they name. #}
{% macro check_names(path, given) %}
    {% for name in given if not precision_marketing.is_name(name) %}
        {% do precision_marketing.content_error(path, name, given[name],
            "write the name as a text of one line without blanks around it, in"
            ~ " quotation marks where YAML would make something else of it.") %}
    {% endfor %}
    {% set names = given.keys() | map("string") | list %}
    {% set names = names | map("lower") | list if path == "event_types" else names %}
    {% for name in names if names.count(name) > 1 %}
        {{ exceptions.raise_compiler_error(
            "The var `" ~ path ~ "` names `" ~ name ~ "` twice: leave one of them out."
        ) }}
    {% endfor %}
{% endmacro %}


{# Where each input is: {ref: ...} and {source: ...} are looked at where they are
   resolved; a text goes into SQL, and so has to be a name or a table function. #}
{% macro check_relations(path, inputs) %}
    {% set names = precision_marketing.input_contract().keys() | list %}
    {% for name, given in inputs.items() %}
        {% if name not in names %}
            {% do precision_marketing.unknown_name_error(
                path, name, names, "the inputs") %}
        {% elif given is mapping %}
            {% do precision_marketing.validate_declared_relation(name, given) %}
        {% elif not precision_marketing.is_relation(given) %}
            {% do precision_marketing.content_error(path, name, given,
                "give {ref: model}, {source: [source, table]}, the name of a table as"
                ~ " database.schema.table, with quotation marks around parts that need"
                ~ " them, or a function of literals such as read_csv('events.csv').")
            %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# `a`, `b.a`, `"my db".b.a`, or `read_csv('a.csv', header = true)`. #}
{% macro is_relation(value) %}
    {% set part = "(?:[^\\W\\d]\\w*|\"(?:[^\"]|\"\")+\"|`[^`]+`)" %}
    {% set literal = "(?:'(?:[^']|'')*'|-?\\d+(?:[.]\\d+)?|true|false)" %}
    {% set listed = "\\[ *" ~ literal ~ "(?: *, *" ~ literal ~ ")* *\\]" %}
    {% set argument = "(?:\\w+ *(?::=|=>|=) *)?(?:" ~ literal ~ "|" ~ listed ~ ")" %}
    {% set arguments = "[(] *" ~ argument ~ "(?: *, *" ~ argument ~ ")* *[)]" %}
    {{ return(precision_marketing.is_text(value)
        and not modules.re.search("[.](csv|tsv|txt|json|parquet|gz)$", value)
        and modules.re.fullmatch(
            part ~ "(?:[.]" ~ part ~ "){0,2}|[a-z]\\w*" ~ arguments, value)
        is not none) }}
{% endmacro %}


{% macro check_thresholds(path, given, record) %}
    {% for name, value in given.items() %}
        {% if name not in ["warn", "stop"] %}
            {% do precision_marketing.unknown_name_error(
                path, name, ["warn", "stop"], "its keys") %}
        {% elif value != "never" and not precision_marketing.is_in_range(
            {"kind": "number", "lowest": record.lowest, "highest": record.highest},
            value) %}
            {% do precision_marketing.content_error(path, name, value,
                "give a number of at least " ~ record.lowest ~ " and at most "
                ~ record.highest ~ ", or never.") %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# The names of checks, alone or with the input that they may not stop. #}
{% macro check_accepted(path, accepted) %}
    {% set names = precision_marketing.health_checks() | map(attribute="key") | list %}
    {% set inputs = precision_marketing.input_contract().keys() | list %}
    {% for name in accepted %}
        {% set check, dot, input_name = (name | string).partition(".") %}
        {% if check not in names %}
            {% do precision_marketing.unknown_name_error(
                path, name, names, "the checks") %}
        {% elif dot and input_name not in inputs %}
            {% do precision_marketing.unknown_name_error(
                path, name, inputs, "the inputs") %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro check_event_types(path, event_types) %}
    {% do precision_marketing.check_names(path, event_types) %}
    {% for event_type, value in event_types.items() %}
        {% set settings = value if value is mapping else {"weight": value} %}
        {% set unknown = settings.keys()
            | reject("in", ["weight", "is_target", "is_conversion"]) | list %}
        {% set flags = settings.values() | list | select("boolean") | list | length %}
        {% if unknown or flags != settings | length - 1
            or not precision_marketing.is_in_range(
                {"kind": "number", "lowest": 0, "highest": 1000000},
                settings.get("weight")) %}
            {% do precision_marketing.content_error(path, event_type, value,
                "give a weight of at least 0 and at most 1000000, or {weight: 2,"
                ~ " is_target: true, is_conversion: false}.") %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro check_channel_caps(path, caps) %}
    {% do precision_marketing.check_names(path, caps) %}
    {% for channel, cap in caps.items() if not precision_marketing.is_in_range(
        {"kind": "number", "lowest": 1, "highest": 1000000}, cap) %}
        {% do precision_marketing.content_error(path, channel, cap,
            "give a number of contacts of at least 1 and at most 1000000.") %}
    {% endfor %}
{% endmacro %}


{% macro check_audience_rules(path, rules) %}
    {% do precision_marketing.check_names(path, rules) %}
    {% set days = {"kind": "number", "lowest": 0, "highest": 36500} %}
    {% for campaign_id, rule in rules.items() %}
        {% set keys = rule if rule is mapping else {} %}
        {% set names = keys.get("segments", ["-"]) %}
        {% if not keys
            or keys.keys() | reject("in", ["segments", "least_days", "most_days"]) | list
            or not precision_marketing.is_list(names) or not names
            or names | reject("string") | list
            or not precision_marketing.is_in_range(days, keys.get("least_days", 0))
            or not precision_marketing.is_in_range(days, keys.get("most_days", 0)) %}
            {% do precision_marketing.content_error(path, campaign_id, rule,
                "give segments of customer_segments as a list, and least_days and"
                ~ " most_days since the last order as numbers of at least 0 and at most"
                ~ " 36500, as {segments: [Lost], least_days: 60}.") %}
        {% endif %}
        {% do precision_marketing.check_addressed(path, campaign_id, keys) %}
    {% endfor %}
{% endmacro %}


{# Whom a rule addresses: somebody at all. #}
{% macro check_addressed(path, campaign_id, rule) %}
    {% set segments = precision_marketing.customer_segments() %}
    {% for name in rule.get("segments", []) if name not in segments %}
        {% do precision_marketing.unknown_name_error(
            path, name, segments, "the segments") %}
    {% endfor %}
    {% if rule.get("least_days", 0) > rule.get("most_days", 36500) %}
        {% do precision_marketing.content_error(
            path, campaign_id ~ ".least_days", rule.least_days,
            "give at most the most_days of " ~ rule.most_days ~ ".") %}
    {% endif %}
    {% if "No purchase yet" in rule.get("segments", [])
        and rule.segments | length == 1 and rule | length > 1 %}
        {% do precision_marketing.content_error(
            path, campaign_id ~ ".segments", rule.segments,
            "leave least_days and most_days out, since they have no last order.") %}
    {% endif %}
{% endmacro %}


{# Segments that users may be in: those of the seed rfm_segments, which is not yet there
   when settings are checked, and that of the users who never bought. #}
{% macro customer_segments() %}
    {{ return([
        "About to sleep", "At risk", "Cannot lose them", "Champions", "Hibernating",
        "Lost", "Loyal customers", "Need attention", "New customers",
        "Potential loyalists", "Promising", "No purchase yet",
    ]) }}
{% endmacro %}


{% macro check_variant_shares(path, variant_shares) %}
    {% do precision_marketing.check_names(path, variant_shares) %}
    {% for campaign_id, shares in variant_shares.items() %}
        {% set arms = shares if shares is mapping else {} %}
        {% set wrong = [] %}
        {% for share in arms.values() %}
            {% if not precision_marketing.is_in_range(
                {"kind": "number", "lowest": 0.000001, "highest": 1000000}, share) %}
                {% do wrong.append(share) %}
            {% endif %}
        {% endfor %}
        {% if wrong or arms | length < 2
            or not precision_marketing.are_names(arms.keys() | list) %}
            {% do precision_marketing.content_error(path, campaign_id, shares,
                "give every arm a share above 0 and at most 1000000, as in"
                ~ " {control: 0.2, treatment: 0.8}.") %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro check_feature_gaps(path, gaps) %}
    {% set names = precision_marketing.candidate_features() | map("first") | list %}
    {% for name, gap in gaps.items() %}
        {% if name not in names %}
            {% do precision_marketing.unknown_name_error(
                path, name, names, "the features") %}
        {% elif gap != "drop" and not precision_marketing.is_in_range(
            {"kind": "number", "lowest": -1000000, "highest": 1000000}, gap) %}
            {% do precision_marketing.content_error(path, name, gap,
                "give a number to fill gaps with, of at least -1000000 and at most"
                ~ " 1000000, or drop.") %}
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
    {% set given = rule.get("rule") if rule is mapping else none %}
    {% set kind = given if given is string else none %}
    {% set targets = {
        "pin": ["item_id"], "exclude": ["item_id", "category", "brand"],
        "cap": ["category", "brand"],
    }.get(kind, []) %}
    {% set amount = {"pin": "rank", "cap": "maximum"}.get(kind) %}
    {% set named = rule.keys() | reject("in", ["rule", amount]) | list
        if targets else [] %}
    {% set value = rule.get(amount) if amount else none %}
    {% set is_wrong = named | length != 1 or named[0] not in targets
        or not precision_marketing.is_name(rule[named[0]])
        or (rule[named[0]] == "*" and kind != "cap")
        or (amount and not precision_marketing.is_in_range(
            {"kind": "whole number", "lowest": 1,
             "highest": length if kind == "pin" else 1000}, value)) %}
    {% if is_wrong %}
        {{ exceptions.raise_compiler_error(
            "The var `" ~ path ~ "` has the rule `"
            ~ precision_marketing.shown_entry(rule) ~ "`: write"
            ~ " {rule: pin, item_id: x, rank: 1 to " ~ length ~ "}, {rule: exclude,"
            ~ " item_id or category or brand: x} or {rule: cap, category or brand: x or"
            ~ " '*', maximum: 1 or more}."
        ) }}
    {% endif %}
{% endmacro %}
