{# The kinds of the contract's columns: the kind of value each is made of, for its SQL
   type and its reading. What is not named is its own. #}
{% macro base_kind(kind) %}
    {{ return({
        "id": "text", "key": "text", "currency": "text",
        "planned": "timestamp", "planned end": "timestamp",
        "price": "number", "quantity": "number", "margin": "number",
        "chance": "number", "position": "integer", "days": "integer",
        "availability": "boolean", "consent": "boolean",
    }.get(kind, kind)) }}
{% endmacro %}


{# What a kind may be, as two SQL values: no sum of what lies between overflows. A
   quantity, negative prices and required columns are judged in staging, by reasons of
   their own. #}
{% macro kind_bounds(kind) %}
    {% if kind in ["number", "price", "amount"] %}
        {% set amount = precision_marketing.setting("input_checks", "maximum_amount") %}
        {{ return([0 if kind == "amount" else -amount, amount]) }}
    {% elif precision_marketing.base_kind(kind) == "timestamp" %}
        {% set latest = precision_marketing.latest_credible_time() | trim %}
        {{ return([precision_marketing.earliest_credible_time(),
            latest ~ (" + interval '10' year" if kind != "timestamp" else "")]) }}
    {% endif %}
    {{ return({
        "quantity": ["-1e300", "1e300"], "margin": [-1, 1], "chance": [0, 1],
        "position": [1, 2147483647], "days": [0, 365],
    }.get(kind)) }}
{% endmacro %}


{# Earlier times are what programs write for none: year 1, 1601, 1970. #}
{% macro earliest_credible_time() %}
    {% set day = precision_marketing.setting("input_checks", "earliest_date") %}
    {{ return("cast('" ~ (day or "0001-01-01") ~ "' as timestamp)") }}
{% endmacro %}


{# What a column's SQL type lets one do with its values. #}
{% macro type_family(type) %}
    {% set name = type.split("(")[0] %}
    {% if type.endswith("]") or type.startswith("ARRAY") %}
        {{ return("list") }}
    {% elif name in ["STRUCT", "MAP", "UNION", "VARIANT"]
        or type.startswith(("STRUCT", "MAP")) %}
        {{ return("nested") }}
    {% endif %}
    {{ return(
        "date" if name == "DATE" else "boolean" if name == "BOOLEAN"
        else "decimal" if name == "DECIMAL"
        else name | lower if name in ["DOUBLE", "FLOAT"]
        else "zoned" if name == "TIMESTAMP WITH TIME ZONE"
            or (name == "TIMESTAMP" and target.type == "spark")
        else "timestamp" if name.startswith("TIMESTAMP")
        else "whole" if name.endswith("INT") or name == "INTEGER"
        else "text"
    ) }}
{% endmacro %}


{# A text or number as the text of an id: one id on all inputs alike. Missing ids have
   words of their own; a number that no double holds exactly has lost digits, and two
   ids may have become one: null. So is the column's own name, in the header that stands
   among the rows where files were put together. #}
{% macro id_of(text, column, family) %}
    {% set name = modules.re.sub("\\W", "", column) %}
    {% set missing = "when " ~ precision_marketing.is_missing_id(text, [name])
        ~ " then null" %}
    {% if family in ["list", "nested"] %}
        {{ return("cast(null as " ~ precision_marketing.kind_type("text") ~ ")") }}
    {% elif family in ["double", "float"] %}
        {{ return("case " ~ missing ~ " when abs(" ~ column ~ ") > "
            ~ precision_marketing.largest_whole(family) ~ " then null else "
            ~ text ~ " end") }}
    {% elif family != "text" %}
        {{ return(text) }}
    {% endif %}
    {% set matches = precision_marketing.matches %}
    {{ return("case when " ~ precision_marketing.is_plain_id(text) ~ " then " ~ text
        ~ " " ~ missing ~ " when contains(" ~ text ~ ", '.0') and "
        ~ matches(text, "^-?(0|[1-9][0-9]*)[.]0+$") ~ " then case when abs(try_cast("
        ~ text ~ " as double)) <= 9007199254740992e0 then split_part(" ~ text
        ~ ", '.', 1) end when (contains(" ~ text ~ ", '+') or contains(" ~ text
        ~ ", '.')) and " ~ matches(text, "^[0-9]([.][0-9]+[eE][+-]?|[eE][+])[0-9]+$")
        ~ " then null when left(" ~ text ~ ", 1) in ('=', '[', '{', '''') then "
        ~ precision_marketing.marked_id(text) ~ " else " ~ text ~ " end") }}
{% endmacro %}


{# An id without the marks by which Excel keeps digits a text, `="00123"` and `'00123`;
   null for a list or a struct that was written as a text. #}
{% macro marked_id(text) %}
    {{ return("case when " ~ text ~ " like '=\"%\"' then "
        ~ precision_marketing.trimmed(
            "substr(" ~ text ~ ", 3, length(" ~ text ~ ") - 3)")
        ~ " when " ~ precision_marketing.matches(text, "^''[0-9]+$") ~ " then substr("
        ~ text ~ ", 2) when " ~ text ~ " like '[%]' or " ~ text
        ~ " like '{\"%}' then null else " ~ text ~ " end") }}
{% endmacro %}


{# Up to here a number of such a column has all its digits. #}
{% macro largest_whole(family) %}
    {{ return({
        "float": 16777216, "double": 9007199254740992, "decimal": 999999999999999999,
    }[family]) }}
{% endmacro %}


{# Whether a text is one of the words that stand for a missing id, in any case, or one
   of `others`. #}
{% macro is_missing_id(text, others=[]) %}
    {% set words = [] %}
    {% for word in precision_marketing.setting("input_checks", "missing_ids") + others %}
        {% do words.append(precision_marketing.text_literal(word | trim | lower)) %}
    {% endfor %}
    {{ return(precision_marketing.is_one_of(
        "lower(" ~ text ~ ")", words | join(", ") or "''")) }}
{% endmacro %}


{# A number that is plain, or for prices and amounts written with its currency. One of
   single precision is the number that it prints, 0.4 and not 0.4000000059. #}
{% macro number_of(text, column, family, kind, sign) %}
    {% set base = precision_marketing.base_kind(kind) %}
    {% set type = precision_marketing.kind_type(base) %}
    {% set plain = precision_marketing.decimal_of(column, type, "try_cast")
        if base == "amount" and family == "double"
        else "try_cast(" ~ (text if family in ["text", "float"] else column) ~ " as "
            ~ type ~ ")" %}
    {% if family not in ["text", "whole", "decimal", "double", "float"] %}
        {{ return("cast(null as " ~ type ~ ")") }}
    {% elif base == "integer" and family != "whole" %}
        {% set number = "try_cast(" ~ (text if family == "text" else column)
            ~ " as double)" %}
        {{ return("case when " ~ number ~ " = floor(" ~ number ~ ") then try_cast("
            ~ number ~ " as " ~ type ~ ") end") }}
    {% elif family == "text" and (sign or kind in ["price", "amount"]) %}
        {% set bare = precision_marketing.bare_number(text)
            if kind in ["price", "amount"] else text %}
        {% set formatted = "try_cast(" ~ precision_marketing.number_text(bare, sign)
            ~ " as " ~ type ~ ")" %}
        {#- Most rows of events have no price: nothing is looked for in those. #}
        {{ return("case when " ~ text ~ " is null then null "
            ~ ("when " ~ precision_marketing.is_unclear_number(text, sign) ~ " then "
                ~ (formatted if sign == "comma" else "null") ~ " "
                if sign in ["comma", "both"] else "")
            ~ "else coalesce(" ~ plain ~ ", " ~ formatted ~ ") end") }}
    {% endif %}
    {{ return(plain) }}
{% endmacro %}


{# Yes and no as people and shops write them; 1 and 0, but no other number. #}
{% macro boolean_of(text, column, family, kind) %}
    {% set yes = ["true", "t", "yes", "y", "1", "on"] %}
    {% set no = ["false", "f", "no", "n", "0", "off"] %}
    {% if kind == "consent" %}
        {% set yes = yes + ["granted", "subscribed", "optin", "optedin"] %}
        {% set no = no + ["denied", "unsubscribed", "notsubscribed", "optout",
            "optedout"] %}
    {% endif %}
    {% if family == "boolean" %}{{ return(column) }}{% endif %}
    {% set word = precision_marketing.bare_word(text) %}
    {% set is_yes, is_no = [
        precision_marketing.is_one_of(word, "'" ~ yes | join("', '") ~ "'"),
        precision_marketing.is_one_of(word, "'" ~ no | join("', '") ~ "'"),
    ] %}
    {{ return("case when " ~ is_yes ~ " then true when " ~ is_no ~ " then false"
        ~ (" else " ~ precision_marketing.availability_of(word)
            if kind == "availability" else "") ~ " end") }}
{% endmacro %}


{# What the seed of words says of a bare word; null where it says nothing. #}
{% macro availability_of(word) %}
    {{ return("(select bool_or(words.is_available) from "
        ~ ref("precision_marketing", "availability_words") ~ " as words where "
        ~ precision_marketing.bare_word("words.word") ~ " = " ~ word ~ ")") }}
{% endmacro %}


{# The value of a column as its kind, without bounds; null when it cannot be read. #}
{% macro typed(name, kind, family, fact=none) %}
    {% set column = adapter.quote(name) %}
    {% set text = name ~ "_text" %}
    {% set base = precision_marketing.base_kind(kind) %}
    {% if kind in ["id", "key"] %}
        {{ return(precision_marketing.id_of(text, column, family)) }}
    {% elif base in ["number", "integer", "amount"] %}
        {{ return(precision_marketing.number_of(
            text, column, family, kind, fact)) }}
    {% elif base == "boolean" %}
        {{ return(precision_marketing.boolean_of(text, column, family, kind)) }}
    {% elif base == "timestamp" %}
        {{ return(precision_marketing.time_of(
            text, column, family, kind, fact)) }}
    {% elif base == "date" %}
        {{ return(precision_marketing.date_of(text, column, family)) }}
    {% elif base == "array" %}
        {{ return(precision_marketing.array_of(column, family)) }}
    {% elif kind == "currency" %}
        {{ return(precision_marketing.currency_code("upper(" ~ text ~ ")")) }}
    {% endif %}
    {{ return(text) }}
{% endmacro %}
