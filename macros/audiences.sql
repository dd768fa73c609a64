{# How recent something is, in (0, 1]: 1 now, a half after a week, 0 for never. #}
{% macro recency(days) %}
    coalesce(7e0 / (7e0 + {{ days }}), 0e0)
{%- endmacro %}


{# Whether a user is held out, by a hash that needs no memory: the
   same user, salt and share give the same answer for ever. #}
{% macro is_held_out(salt, user_id, share) %}
    {{ precision_marketing.hash_share(salt ~ " || ':holdout:' || " ~ user_id) }}
    < {{ share }}
{%- endmacro %}


{# The setting as an SQL literal. #}
{% macro holdout_salt() %}
    {% set salt = precision_marketing.setting("audiences", "holdout_salt") %}
    {{ return("'" ~ salt | replace("'", "''") ~ "'") }}
{% endmacro %}


{# Whether a user had as many contacts of a channel as its own cap allows; false where
   the channel has none. #}
{% macro is_channel_capped(caps, channel, contact_count) -%}
    {%- if not caps -%}false{%- else -%}
    coalesce({{ contact_count }} >= case lower({{ channel }})
        {% for name, cap in caps.items() -%}
        when {{ precision_marketing.text_literal(name | string | lower) }} then {{ cap }}
        {% endfor -%}
    end, false)
    {%- endif -%}
{%- endmacro %}


{# Whether a user is one of those whom an audience is for; true where the setting
   `audiences.addressed` says nothing of the campaign. Who never ordered has no recency, and
   is outside any. #}
{% macro is_addressed(rules, campaign_id, segment, recency_days) -%}
    {%- if not rules -%}true{%- else -%}
    case {{ campaign_id }}
        {% for campaign, rule in rules.items() -%}
        when {{ precision_marketing.text_literal(campaign | string) }} then coalesce(
            true
            {%- if "segments" in rule %}
            and {{ segment }} in (
                {%- for name in rule.segments -%}
                {{ precision_marketing.text_literal(name) ~ (", " if not loop.last) }}
                {%- endfor -%}
            )
            {%- endif %}
            {%- for key, sign in {"least_days": ">=", "most_days": "<="}.items()
                if key in rule %}
            and {{ recency_days }} {{ sign }} {{ rule[key] }}
            {%- endfor %}, false)
        {% endfor -%}
        else true
    end
    {%- endif -%}
{%- endmacro %}
