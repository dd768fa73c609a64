{# Select one input with exactly the contract's columns, typed; a column that the
   source lacks is null of the right type, an absent input has no rows, and the md5 of
   the row is the key of one that brings none. Adds
   - value_gaps: `column:reason` of each optional value or id that was given and is not
     read, with commas between them; null where all is read,
   - raw_row: the row as it was read, for `rejected_rows`.
   In steps, so that nothing is computed twice: texts, values, bounded values. Who needs
   some columns alone names them in `only`. #}
{% macro read_input(input_name, only=[]) %}
    {% set contract = precision_marketing.contract_of(input_name, only) %}
    {% set relation = precision_marketing.input_relation(input_name) %}
    {% set present = precision_marketing.present_columns(input_name, relation) %}
    {% set families = precision_marketing.column_families(contract, present, relation) %}
    {% set facts = precision_marketing.column_facts(contract, families, relation) %}
    select
        {% for name, kind, is_required in contract["columns"] %}
        {{ precision_marketing.bounded(contract, name, kind, is_required, families) }}
            as {{ name }},
        {% endfor %}
        {{ precision_marketing.value_gaps(contract, families, facts) }} as value_gaps,
        {% if contract.get("is_sum") %}
        md5({{ precision_marketing.row_hash(contract["columns"], families, "_read") }}
            || other_values_hash) as whole_row_hash,
        other_values_hash, input_file, input_channel,
        {% endif %}
        raw_row
    from (
        select
            *
            {{ precision_marketing.input_values(contract, families, facts) }}
        from (
            {{ precision_marketing.input_texts(contract, present, families, relation) }}
        ) as texts
    ) as read_values
{% endmacro %}


{# The values of texts, and the mark that one of them brings. #}
{% macro input_values(contract, families, facts) %}
    {% for name, kind, is_required in contract["columns"] if name in families %}
    , {{ precision_marketing.typed(name, kind, families[name], facts[name]) }}
        as {{ name }}_read
    {% endfor %}
    {% set amount = precision_marketing.marked_amount(contract, families) %}
    {% if amount %}
    , {{ precision_marketing.mark_of(amount ~ "_text") }} as {{ amount }}_mark
    {% endif %}
{% endmacro %}


{# An input's entry in the contract, of the columns in `only` or, of an empty list, all. #}
{% macro contract_of(input_name, only) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set columns = contract["columns"] %}
    {% set named = columns | selectattr(0, "in", only) | list if only else columns %}
    {{ return(dict(contract, columns=named)) }}
{% endmacro %}


{# The columns as they are and as texts. #}
{% macro input_texts(contract, present, families, relation) %}
    {% set others = precision_marketing.other_columns(contract, present) %}
    select
        {% if contract.get("is_sum") %}
        {{ precision_marketing.other_values_hash(others) }} as other_values_hash,
        {{ precision_marketing.text_if_present("_input_file", present) }} as input_file,
        {{ precision_marketing.text_if_present("channel", present) }} as input_channel,
        {% endif %}
        {% for name, kind, _ in contract["columns"] if name in families %}
        {{ adapter.quote(name) }},
        {{ precision_marketing.text_of(adapter.quote(name), families[name]) }}
            as {{ name }}_text,
        {% endfor %}
        {{ precision_marketing.row_as_struct(contract["columns"], families) }} as raw_row
    from {{ relation or "(select 1 as no_input)" }}
    {% if not relation or flags.EMPTY %}where 1 = 0{% endif %}
{% endmacro %}


{# A column that the contract does not know, as text; null where it is not there. #}
{% macro text_if_present(name, present) %}
    {{ return("cast(" ~ (adapter.quote(name) if name in present else "null") ~ " as "
        ~ precision_marketing.kind_type("text") ~ ")") }}
{% endmacro %}


{# What the SQL type of each of the contract's columns that are there lets one do. #}
{% macro column_families(contract, present, relation) %}
    {% set families = {} %}
    {% if present %}
        {% set types = precision_marketing.column_types(relation) %}
        {% for name, kind, is_required in contract["columns"] if name in present %}
            {% do families.update(
                {name: precision_marketing.type_family(types[name])}) %}
        {% endfor %}
    {% endif %}
    {{ return(families) }}
{% endmacro %}


{# The value of a column as staging has it. Bounds are for optional values alone: a
   required one out of them is judged by staging, which says why. Consent that cannot
   be read is none. #}
{% macro bounded(contract, name, kind, is_required, families) %}
    {% set bounds = none if is_required else precision_marketing.kind_bounds(kind) %}
    {% set value = name ~ "_read" %}
    {% if kind == "currency" %}
        {% set value = precision_marketing.currency_of(name, contract, families) %}
    {% elif name not in families %}
        {% set value = "cast(null as " ~ precision_marketing.kind_type(kind) ~ ")" %}
    {% elif bounds %}
        {% set value = "case when " ~ value ~ " between " ~ bounds[0] ~ " and "
            ~ bounds[1] ~ " then " ~ value ~ " end" %}
    {% elif precision_marketing.base_kind(kind) == "timestamp" %}
        {% set value = "case when " ~ value ~ " between timestamp '0001-01-01' and"
            ~ " timestamp '9999-12-31' then " ~ value ~ " end" %}
    {% elif kind == "consent" %}
        {% set value = "case when " ~ name ~ "_text is not null then coalesce(" ~ value
            ~ ", false) end" %}
    {% endif %}
    {{ return(value if kind != "key" else "coalesce(" ~ value ~ ", "
        ~ precision_marketing.row_hash(contract["columns"], families, "_read") ~ ")")
    }}
{% endmacro %}


{# Columns of the source; a wrong one stops the build. #}
{% macro present_columns(input_name, relation) %}
    {% if not relation or not execute %}{{ return([]) }}{% endif %}
    {% if relation is not string and not relation.external %}
        {% do precision_marketing.validate_input_exists(input_name, relation) %}
    {% endif %}
    {% set present = precision_marketing.query_columns(relation) %}
    {% do precision_marketing.stop_at(
        precision_marketing.column_faults(input_name, present)) %}
    {{ return(present) }}
{% endmacro %}


{# One md5 over the typed row: equal rows have equal hashes whatever the file type. #}
{% macro row_hash(columns, present, suffix="") %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append(
            "coalesce(cast(" ~ name ~ suffix ~ " as "
            ~ precision_marketing.kind_type("text") ~ "), chr(30))"
        ) %}
    {% endfor %}
    {{ return("md5(" ~ (parts | join(" || chr(31) || ") or "''") ~ ")") }}
{% endmacro %}


{# Columns that the contract does not know, as its own are written, but for a loader's,
   whose names begin with `_`: they tell apart rows of two ad groups that cost alike. #}
{% macro other_columns(contract, present) %}
    {% set known = contract["columns"] | map("first") | list %}
    {% set others = [] %}
    {% for name in present if name not in known and not name.startswith("_") %}
        {% do others.append("nullif(trim(cast(" ~ adapter.quote(name) ~ " as "
            ~ precision_marketing.kind_type("text") ~ ")), '')") %}
    {% endfor %}
    {{ return(others) }}
{% endmacro %}


{# One md5 over values that the contract does not know. #}
{% macro other_values_hash(values) %}
    {% set parts = [] %}
    {% for value in values %}
        {% do parts.append("coalesce(" ~ value ~ ", chr(30))") %}
    {% endfor %}
    {{ return("md5(" ~ (parts | join(" || chr(31) || ") or "''") ~ ")") }}
{% endmacro %}


{# The values of a row that were given and are not read, each with its reason. Few rows
   have any: the reasons are looked for in those alone. #}
{% macro value_gaps(contract, families, facts) %}
    {% set gaps = [] %}
    {% set reasons = [] %}
    {% for name, kind, is_required in contract["columns"] if name in families %}
        {% set bounds = none if is_required else precision_marketing.kind_bounds(kind) %}
        {% set is_id = kind in ["id", "key"] %}
        {% set value = name ~ "_read" %}
        {% set given = name ~ "_text" if is_id or families[name] == "text"
            else adapter.quote(name) %}
        {% set unclear = precision_marketing.is_unclear_number(
            name ~ "_text", facts[name]) if facts[name] in ["both", "unclear"] else "" %}
        {% set gap = given ~ " is not null and (" ~ value ~ " is null" ~ (
            " or " ~ value ~ " not between " ~ bounds[0] ~ " and " ~ bounds[1]
            if bounds else "") ~ (" or " ~ unclear if unclear else "") ~ ")" %}
        {% if kind not in ["text", "currency"] and (is_id or unclear or not is_required) %}
            {% do gaps.append("(" ~ gap ~ ")") %}
            {% do reasons.append("case when " ~ gap ~ (
                " and not " ~ precision_marketing.is_missing_id(name ~ "_text")
                if is_id else "")
                ~ " then '" ~ name ~ ":' || " ~ precision_marketing.gap_reason(
                    value, kind, bounds, unclear) ~ " end") %}
        {% endif %}
    {% endfor %}
    {{ return("cast(null as " ~ precision_marketing.kind_type("text") ~ ")" if not gaps
        else "case when " ~ gaps | join(" or ") ~ " then nullif(concat_ws(',', "
            ~ reasons | join(", ") ~ "), '') end") }}
{% endmacro %}


{% macro gap_reason(value, kind, bounds, unclear) %}
    {% if not bounds and not unclear %}{{ return("'unreadable'") }}{% endif %}
    {{ return("case" ~ (" when " ~ unclear ~ " then 'decimals_unclear'" if unclear else "")
        ~ " when " ~ value ~ " is null then 'unreadable'" ~ (
        " when " ~ value ~ " < " ~ bounds[0] ~ " then 'too_early' else 'in_future' end"
        if precision_marketing.base_kind(kind) == "timestamp"
        else " else 'out_of_range' end")) }}
{% endmacro %}


{# The reasons to reject a row for its id: one that is none, and none at all. #}
{% macro id_reasons(name) %}
    when source.{{ name }} is null and source.value_gaps like '%{{ name }}:%'
        then 'invalid_{{ name }}'
    when source.{{ name }} is null
        then 'missing_{{ name }}'
{%- endmacro %}
