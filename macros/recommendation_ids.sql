{# The id that a recommendation is known by, wherever it comes back: it says itself what
   it stands for, so that no log has to be kept (docs/decisions/0009). Its parts have no
   full stop in them; the last one tells users, items and days apart. #}
{% macro recommendation_id(scorer, reason_code, rank, as_of_date, user_id, item_id) %}
    {% set text = precision_marketing.kind_type("text") %}
    'r1.' || {{ scorer }}
    || '.' || {{ reason_code }}
    || '.' || cast({{ rank }} as {{ text }})
    || '.' || coalesce(cast({{ as_of_date }} as {{ text }}), 'undated')
    || '.' || substr(md5({{ user_id }} || chr(31) || {{ item_id }}), 1, 16)
{%- endmacro %}


{# One part of such an id, null where the id is another's. Parts: `scorer`,
   `reason_code`, `rank`, `as_of_date`. #}
{% macro recommendation_part(recommendation_id, part) %}
    {%- set number = {"scorer": 2, "reason_code": 3, "rank": 4, "as_of_date": 5}[part] -%}
    {%- set type = {"rank": "integer", "as_of_date": "date"}.get(part, "text") -%}
    case
        when split_part({{ recommendation_id }}, '.', 1) = 'r1'
            and length(split_part({{ recommendation_id }}, '.', 6)) = 16
            and try_cast(split_part({{ recommendation_id }}, '.', 4) as integer) >= 1
            then
                try_cast(
                    nullif(split_part({{ recommendation_id }}, '.', {{ number }}), '')
                    as {{ precision_marketing.kind_type(type) }}
                )
    end
{%- endmacro %}
