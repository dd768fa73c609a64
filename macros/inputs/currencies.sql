{# The currencies that a sign may stand for. Of several it is one that is named beside
   it: `stg_input_currencies`. #}
{% macro currency_signs() %}
    {{ return({
        "€": ["EUR"], "£": ["GBP"], "₹": ["INR"], "₩": ["KRW"], "₺": ["TRY"],
        "₽": ["RUB"], "US$": ["USD"], "C$": ["CAD"], "CA$": ["CAD"], "A$": ["AUD"],
        "AU$": ["AUD"], "NZ$": ["NZD"], "HK$": ["HKD"], "S$": ["SGD"], "NT$": ["TWD"],
        "MX$": ["MXN"], "R$": ["BRL"], "CN¥": ["CNY"], "JP¥": ["JPY"],
        "$": ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP",
            "COP"],
        "¥": ["JPY", "CNY"],
    }) }}
{% endmacro %}


{# The currency that an upper-case code or sign names; the sign where it is not known.
   The E of 1E2 is none. #}
{% macro currency_code(mark) %}
    {% set whens = [] %}
    {% for sign, codes in precision_marketing.currency_signs().items()
        if codes | length == 1 %}
        {% do whens.append("when '" ~ sign ~ "' then '" ~ codes[0] ~ "'") %}
    {% endfor %}
    {{ return("case when " ~ mark ~ " in ('', 'E') then null when right(" ~ mark
        ~ ", 1) between 'A' and 'Z' then " ~ mark ~ " else case " ~ mark ~ " "
        ~ whens | join(" ") ~ " else " ~ mark ~ " end end") }}
{% endmacro %}


{# The column that may bring marks, as texts alone do; none where there is none. #}
{% macro marked_amount(contract, families) %}
    {{ return(contract.get("amount") if families.get(contract.get("amount")) == "text"
        else none) }}
{% endmacro %}


{# What stands around a number; null around one that begins and ends with a digit, which
   is seen fast. #}
{% macro mark_of(text) %}
    {{ return("case when not (" ~ text ~ " >= '-' and " ~ text ~ " < ':' and right("
        ~ text ~ ", 1) between '0' and '9') then translate(upper(" ~ text
        ~ "), '0123456789.,+- \u00a0\u202f’''', '') end") }}
{% endmacro %}


{# The currency of a row: the mark that its amount brings, unless several currencies
   share it and the row's column `currency` says which. #}
{% macro currency_of(name, contract, families) %}
    {% set given = name ~ "_read" if name in families
        else "cast(null as " ~ precision_marketing.kind_type("text") ~ ")" %}
    {% set amount = precision_marketing.marked_amount(contract, families) %}
    {% if not amount %}{{ return(given) }}{% endif %}
    {% set mark = amount ~ "_mark" %}
    {% set shared = [] %}
    {% for sign, codes in precision_marketing.currency_signs().items()
        if codes | length > 1 %}
        {% do shared.append("'" ~ sign ~ "'") %}
    {% endfor %}
    {{ return("case when " ~ mark ~ " is null then " ~ given ~ " when " ~ mark ~ " in ("
        ~ shared | join(", ") ~ ") then coalesce(" ~ given ~ ", " ~ mark
        ~ ") else coalesce(" ~ precision_marketing.currency_code(mark) ~ ", " ~ given
        ~ ") end") }}
{% endmacro %}
