{# What only a whole column tells of how its values are meant, at compile time, by name:
   - the decimal sign of texts that are numbers: `point`, `comma`, `both`; `unclear`
     where every value that has one reads as a number of thousands too (1.234),
   - `days`, where times that are planned are all midnights: `2025-01-31 00:00:00` is
     how programs write the day. An explicit zone says that a moment is meant.
   None of a column that needs no such look. #}
{% macro column_facts(contract, families, relation) %}
    {% set facts = {} %}
    {% set numbers = [] %}
    {% set times = [] %}
    {% for name, kind, _ in contract["columns"] if name in families %}
        {% set base = precision_marketing.base_kind(kind) %}
        {% do facts.update({name: none}) %}
        {% if base in ["number", "amount"] and families[name] == "text" %}
            {% do numbers.append(name) %}
        {% elif kind.startswith("planned") and families[name] in ["text", "timestamp"] %}
            {% do times.append(name) %}
        {% endif %}
    {% endfor %}
    {% set sign = precision_marketing.setting("input_checks", "decimal_sign") %}
    {% if sign != "column" %}
        {% for name in numbers %}{% do facts.update({name: sign}) %}{% endfor %}
        {% set numbers = [] %}
    {% endif %}
    {% do facts.update(precision_marketing.decimal_signs(numbers, relation)) %}
    {% for name in precision_marketing.columns_where(
        precision_marketing.are_midnights(times, families), relation) %}
        {% do facts.update({name: "days"}) %}
    {% endfor %}
    {{ return(facts) }}
{% endmacro %}


{# Names of conditions over all rows, given as {name: SQL}, that hold. #}
{% macro columns_where(conditions, relation) %}
    {% if not conditions %}{{ return([]) }}{% endif %}
    {% set selected = [] %}
    {% for name, condition in conditions.items() %}
        {% do selected.append(condition ~ " as " ~ adapter.quote(name)) %}
    {% endfor %}
    {% set row = run_query(
        "select " ~ selected | join(", ") ~ " from " ~ relation).rows[0] %}
    {% set names = [] %}
    {% for name in conditions %}
        {% do names.append(name) if row[loop.index0] %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{# Few columns have a comma or three digits behind a point; the others are not looked at
   closely. #}
{% macro decimal_signs(names, relation) %}
    {% set suspicions = {} %}
    {% for name in names %}
        {% set column = precision_marketing.as_text(name) %}
        {% do suspicions.update({name: precision_marketing.is_any(
            "contains(" ~ column ~ ", ',') or " ~ column ~ " like '%.___'")}) %}
    {% endfor %}
    {% set signs = {} %}
    {% for name in precision_marketing.columns_where(suspicions, relation) %}
        {% set number = precision_marketing.bare_number(
            precision_marketing.trimmed(precision_marketing.as_text(name))) %}
        {% set found = precision_marketing.columns_where({
            "comma": precision_marketing.is_any(precision_marketing.matches(
                number, precision_marketing.decimals_pattern(",", "[.]"))),
            "point": precision_marketing.is_any(precision_marketing.matches(
                number, precision_marketing.decimals_pattern("[.]", ","))),
            "unclear": precision_marketing.is_any(precision_marketing.matches(
                number, "^-?[1-9][0-9]{0,2}[.][0-9]{3}$")),
        }, relation) %}
        {% set sign = "both" if "comma" in found and "point" in found
            else found | first %}
        {% do signs.update({name: sign} if sign else {}) %}
    {% endfor %}
    {{ return(signs) }}
{% endmacro %}


{# A number whose `sign` can only be the one of decimals: no three digits follow it, or
   no thousands come before it; or the other sign is one of thousands. #}
{% macro decimals_pattern(sign, other) %}
    {{ return("^-?([0-9]*" ~ sign ~ "([0-9]{1,2}|[0-9]{4,})|(0+|[0-9]{4,})" ~ sign
        ~ "[0-9]+|[0-9]{1,3}(" ~ other ~ "[0-9]{3}){2,}|[0-9]{1,3}([ \u00a0\u202f’'']|"
        ~ other ~ ")[0-9]{3}(.[0-9]{3})*" ~ sign ~ "[0-9]+)$") }}
{% endmacro %}


{# Whether a text may be a number of thousands or one with decimals. #}
{% macro is_unclear_number(text, sign) %}
    {% set found = precision_marketing.matches(
        precision_marketing.bare_number(text),
        "^-?[1-9][0-9]{0,2}" ~ ("[.,]" if sign == "both" else "[.]") ~ "[0-9]{3}$") %}
    {{ return(found if sign == "both"
        else "(contains(" ~ text ~ ", '.') and " ~ found ~ ")") }}
{% endmacro %}


{# Conditions on columns of times: each has one, and each is midnight of no zone. #}
{% macro are_midnights(names, families) %}
    {% set conditions = {} %}
    {% for name in names %}
        {% set column = adapter.quote(name) %}
        {% set text = precision_marketing.as_text(name) %}
        {% set is_midnight = precision_marketing.matches(
            precision_marketing.trimmed(text), "[ T]0?0:00(:00([.]0+)?)?$")
            if families[name] == "text"
            else column ~ " = date_trunc('day', " ~ column ~ ")" %}
        {% set has_time = "contains(" ~ text ~ ", ':')" %}
        {% do conditions.update({name: precision_marketing.is_any(is_midnight)
            ~ " and not " ~ precision_marketing.is_any(
                has_time ~ " and not " ~ is_midnight)}) %}
    {% endfor %}
    {{ return(conditions) }}
{% endmacro %}


{% macro as_text(name) %}
    {{ return("cast(" ~ adapter.quote(name) ~ " as "
        ~ precision_marketing.kind_type("text") ~ ")") }}
{% endmacro %}


{% macro is_any(condition) %}
    {{ return("count(case when " ~ condition ~ " then 1 end) > 0") }}
{% endmacro %}
