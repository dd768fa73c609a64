{# Select one input with exactly the contract's columns, typed; a column that the
   source lacks is null of the right type, an absent input has no rows, and the md5 of
   the row is the key of one that brings none. Adds
   - raw_row: the row as it was read, for `rejected_rows`,
   - has_invalid_number, has_unreadable_value: given, but not of the column's type. #}
{% macro read_input(input_name) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set relation = precision_marketing.input_relation(input_name) %}
    {% set present = precision_marketing.present_columns(input_name, relation) %}
    {% set row_hash = precision_marketing.row_hash(contract["columns"], present) %}
    select
        {% for name, kind, is_required in contract["columns"] %}
        {% set raw = precision_marketing.raw_column(name, kind, present) %}
        {% if kind == "key" %}
        coalesce({{ precision_marketing.typed(raw, "text") }}, {{ row_hash }}) as {{ name }},
        {% else %}
        {{ precision_marketing.typed(raw, kind) }} as {{ name }},
        {% endif %}
        {% endfor %}
        {{ precision_marketing.any_unreadable(contract, present, ["number"]) }}
            as has_invalid_number,
        {{ precision_marketing.any_unreadable(
            contract, present, ["timestamp", "boolean", "integer", "amount", "array"]
        ) }} as has_unreadable_value,
        {{ precision_marketing.row_as_struct(contract["columns"], present) }} as raw_row
    from {{ relation or "(select 1 as no_input)" }}
    {% if not relation or flags.EMPTY %}where 1 = 0{% endif %}
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


{% macro raw_column(name, kind, present) %}
    {{ return(adapter.quote(name) if name in present
        else "cast(null as " ~ precision_marketing.kind_type(kind) ~ ")") }}
{% endmacro %}


{# One md5 over the typed row: equal rows have equal hashes whatever the file type. #}
{% macro row_hash(columns, present) %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append(
            "coalesce(cast(" ~ precision_marketing.typed(adapter.quote(name), kind)
            ~ " as " ~ precision_marketing.kind_type("text") ~ "), chr(30))"
        ) %}
    {% endfor %}
    {{ return("md5(" ~ (parts | join(" || chr(31) || ") or "''") ~ ")") }}
{% endmacro %}


{# True where a value was given that its column's type cannot hold. #}
{% macro any_unreadable(contract, present, kinds) %}
    {% set checks = [] %}
    {% for name, kind, is_required in contract["columns"] %}
        {% if kind in kinds and name in present and not is_required %}
            {% do checks.append(
                "(" ~ precision_marketing.typed(adapter.quote(name), kind)
                ~ " is null and "
                ~ precision_marketing.typed(adapter.quote(name), "text")
                ~ " is not null)"
            ) %}
        {% endif %}
    {% endfor %}
    {{ return("(" ~ (checks | join(" or ") or "1 = 0") ~ ")") }}
{% endmacro %}
