{# A value as text without the blanks and control characters around it, null when
   nothing is left. A whole number has no decimals, whatever the column's type, and of a
   list there are its elements. #}
{% macro text_of(column, family) %}
    {% set type = precision_marketing.kind_type("text") %}
    {% set text = "cast(" ~ column ~ " as " ~ type ~ ")" %}
    {% if family == "text" %}
        {{ return(precision_marketing.trimmed(text)) }}
    {% elif family == "list" %}
        {{ return("nullif(" ~ precision_marketing.joined_list(
            precision_marketing.list_of_texts(column), ", ") ~ ", '')") }}
    {% elif family in ["double", "float", "decimal"] %}
        {{ return("case when " ~ column ~ " = floor(" ~ column ~ ") and abs(" ~ column
            ~ ") <= " ~ precision_marketing.largest_whole(family) ~ " then cast(cast("
            ~ column ~ " as bigint) as " ~ type ~ ") else " ~ text ~ " end") }}
    {% endif %}
    {{ return(text) }}
{% endmacro %}


{# Without blanks, control characters and characters without width at either end, null
   when nothing is left: `trim` by itself leaves tabs and ends of lines. #}
{% macro trimmed(text) %}
    {{ return(adapter.dispatch("trimmed", "precision_marketing")(text)) }}
{% endmacro %}

{# Most texts end and begin with a printing character of ASCII, which is seen fast, and
   faster in this order. #}
{% macro default__trimmed(text) %}
    {% set blank = "[\\s\\p{Z}\\p{Cc}\\p{Cf}]+" %}
    {{ return("case when " ~ text ~ "[-1] > ' ' and " ~ text ~ "[-1] < '~' and "
        ~ text ~ " >= '!' and " ~ text ~ " < '~' then " ~ text
        ~ " else nullif(regexp_replace(" ~ text ~ ", '^" ~ blank ~ "|" ~ blank
        ~ "$', '', 'g'), '') end") }}
{% endmacro %}

{% macro spark__trimmed(text) %}
    {% set blank = "[\\\\s\\\\p{Z}\\\\p{Cc}\\\\p{Cf}]+" %}
    {{ return("nullif(regexp_replace(" ~ text ~ ", '^" ~ blank ~ "|" ~ blank
        ~ "$', ''), '')") }}
{% endmacro %}


{# Whether an id ends with a digit and begins with a letter, as most do and no number:
   seen fast, it spares a look for missing ids, unless one of those is like that. #}
{% macro is_plain_id(text) %}
    {{ return(adapter.dispatch("is_plain_id", "precision_marketing")(text)) }}
{% endmacro %}

{% macro default__is_plain_id(text) %}
    {% set alike = [] %}
    {% for word in precision_marketing.setting("input_checks", "missing_ids")
        if modules.re.match("[^\\x00-9].*[0-9]$", word | trim) %}
        {% do alike.append(word) %}
    {% endfor %}
    {{ return("false" if alike else text ~ "[-1] between '0' and '9' and " ~ text ~ " >= ':'") }}
{% endmacro %}

{% macro spark__is_plain_id(text) %}
    {{ return("false") }}
{% endmacro %}


{# Whether a text has a part of a pattern, which is without backslashes. #}
{% macro matches(text, pattern) %}
    {{ return(adapter.dispatch("matches", "precision_marketing")(text, pattern)) }}
{% endmacro %}

{% macro default__matches(text, pattern) %}
    {{ return("regexp_matches(" ~ text ~ ", '" ~ pattern ~ "')") }}
{% endmacro %}

{% macro spark__matches(text, pattern) %}
    {{ return(text ~ " rlike '" ~ pattern ~ "'") }}
{% endmacro %}


{# A text without the parts of a pattern, which is without backslashes. #}
{% macro without(text, pattern) %}
    {{ return(adapter.dispatch("without", "precision_marketing")(text, pattern)) }}
{% endmacro %}

{% macro default__without(text, pattern) %}
    {{ return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '', 'g')") }}
{% endmacro %}

{% macro spark__without(text, pattern) %}
    {{ return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '')") }}
{% endmacro %}


{# Whether a text is one of some literals. DuckDB makes a join over all rows of an `in`
   with more than five of them. #}
{% macro is_one_of(text, literals) %}
    {{ return(adapter.dispatch("is_one_of", "precision_marketing")(text, literals)) }}
{% endmacro %}

{% macro default__is_one_of(text, literals) %}
    {{ return("list_contains([" ~ literals ~ "], " ~ text ~ ")") }}
{% endmacro %}

{% macro spark__is_one_of(text, literals) %}
    {{ return(text ~ " in (" ~ literals ~ ")") }}
{% endmacro %}


{# A word without case, blanks, hyphens, underscores, schema.org's address, and the
   decimals of a whole number: programs write `1.0` for yes where some are missing. #}
{% macro bare_word(text) %}
    {{ return(precision_marketing.without(
        "lower(" ~ text ~ ")", "^https?://schema.org/|[ _-]|[.]0+$")) }}
{% endmacro %}


{# A price without the currency before or behind it. #}
{% macro bare_number(text) %}
    {% set mark = "(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥₹₩₺₽])" %}
    {% set blank = "[ \u00a0\u202f]*" %}
    {{ return(precision_marketing.without(
        text, "^" ~ mark ~ blank ~ "|" ~ blank ~ mark ~ "$")) }}
{% endmacro %}


{# A number with separators as a plain one; null where that cannot be known: `1,234` and
   `1.234` may be a thousand or one, unless the column has a decimal `sign`. #}
{% macro number_text(bare, sign) %}
    {% set group = "^-?[0-9]{1,3}" %}
    {% set blank = " \u00a0\u202f’''" %}
    {% set forms = [
        ["^-?[0-9]+([.][0-9]{1,2}|[.][0-9]{4,})?$", "", ""],
        ["^-?[0-9]+,[0-9]{1,2}$", "", ","],
        [group ~ "((,[0-9]{3})+[.][0-9]+|(,[0-9]{3}){2,})$", ",", ""],
        [group ~ "(([.][0-9]{3})+,[0-9]+|([.][0-9]{3}){2,})$", ".", ","],
        [group ~ "([" ~ blank ~ "][0-9]{3})+([.,][0-9]{1,2})?$", blank, ","],
    ] %}
    {% set forms = {
        "point": [["^-?[0-9]*[.][0-9]+$", "", ""],
            [group ~ "([," ~ blank ~ "][0-9]{3})+([.][0-9]+)?$", "," ~ blank, ""]],
        "comma": [["^-?[0-9]*,[0-9]+$", "", ","],
            [group ~ "([." ~ blank ~ "][0-9]{3})+(,[0-9]+)?$", "." ~ blank, ","]],
    }.get(sign, []) + forms %}
    {% set whens = [] %}
    {% for pattern, dropped, comma in forms %}
        {% do whens.append("when " ~ precision_marketing.matches(bare, pattern)
            ~ " then translate(" ~ bare ~ ", '" ~ (comma or ".") ~ dropped ~ "', '.')")
        %}
    {% endfor %}
    {{ return("case " ~ whens | join(" ") ~ " end") }}
{% endmacro %}


{# An array without gaps, NaN or infinity in it. #}
{% macro array_of(column, family) %}
    {{ return(adapter.dispatch("array_of", "precision_marketing")(column, family)) }}
{% endmacro %}

{% macro default__array_of(column, family) %}
    {% set array = "try_cast(" ~ column ~ " as double[])" %}
    {{ return("case when list_count(" ~ array ~ ") = len(" ~ array
        ~ ") and coalesce(isfinite(list_sum(" ~ array ~ ")), true) then " ~ array
        ~ " end") }}
{% endmacro %}

{% macro spark__array_of(column, family) %}
    {% set array = "cast(" ~ column ~ " as array<double>)" if family == "list"
        else "from_json(cast(" ~ column ~ " as string), 'array<double>')" %}
    {{ return("case when forall(" ~ array ~ ", x -> " ~ precision_marketing.is_finite("x")
        ~ ") then " ~ array ~ " end") }}
{% endmacro %}
