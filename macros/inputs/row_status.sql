{# What became of a checked row: the first row of a key among the sound ones is kept,
   further ones are duplicates. Equal keys are ordered by content, never by file order. #}
{% macro row_status(key) %}
    case
        when rejection_reason is not null then 'rejected'
        when
            row_number() over (
                partition by
                    {{ key | join(", ") }},
                    case when rejection_reason is null then 1 else 0 end
                order by row_hash
            ) > 1 then 'duplicate'
        else 'kept'
    end
{% endmacro %}


{# A row counts as erased, and is not looked at further, when its user asked for it. #}
{% macro erased_users() %}
    select user_id
    from {{ ref("precision_marketing", "stg_erasure_requests_checked") }}
    where row_status = 'kept'
{% endmacro %}


{# True for the inputs whose rows belong to a user; the requests themselves stay. #}
{% macro is_about_users(input_name) %}
    {% set names = precision_marketing.input_contract()[input_name]["columns"]
        | map("first") | list %}
    {{ return("user_id" in names and input_name != "erasure_requests") }}
{% endmacro %}


{# What a touch may be, as a list of SQL literals. `conversion` is one that the channel
   itself reports, such as a redeemed coupon (docs/decisions/0005). #}
{% macro touch_types() %}
    'send', 'delivered', 'bounce', 'impression', 'open', 'click', 'unsubscribe',
    'complaint', 'conversion'
{% endmacro %}


{# Later times are typing errors: the build's as-of time and one day for clocks that
   run ahead. #}
{% macro latest_credible_time() %}
    {%- set day = precision_marketing.setting("input_checks", "as_of") %}
    (cast('{{ day or run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
        + interval '1' day)
{%- endmacro %}


{# The row as it was read, for those that were rejected: nothing else needs it twice. #}
{% macro rejected_row_content() %}
    case
        when rejection_reason is not null
            then {{ precision_marketing.row_as_json("raw_row") }}
    end
{%- endmacro %}
