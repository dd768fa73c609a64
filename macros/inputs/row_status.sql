{# What became of a checked row: the first row of a key among the sound ones is kept,
   further ones are duplicates. Equal keys are ordered by content, never by file order. #}
{% macro row_status(input_name) %}
    {{ return(adapter.dispatch("row_status", "precision_marketing")(input_name)) }}
{% endmacro %}

{# `mark_duplicates` says which are duplicates once the table is written: a window over
   all rows would hold and sort every column of every row for the few that repeat. #}
{% macro default__row_status(input_name) %}
    case when rejection_reason is not null then 'rejected' else 'kept' end
{%- endmacro %}

{% macro spark__row_status(input_name) %}
    case
        when rejection_reason is not null then 'rejected'
        when {{ precision_marketing.copy_number(
            input_name, "case when rejection_reason is null then 1 else 0 end"
        ) }} > 1 then 'duplicate'
        else 'kept'
    end
{%- endmacro %}


{# The number of a row among those of its key and `part`, by content. #}
{% macro copy_number(input_name, part) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    row_number() over (
        partition by {{ contract["key"] | join(", ") }}, {{ part }}
        order by {{ precision_marketing.row_hash(
            contract["columns"], contract["columns"] | map("first") | list
        ) }}, value_gaps
    )
{%- endmacro %}


{# After the table: the copies among its sound rows, found among repeated keys alone. #}
{% macro mark_duplicates(input_name) %}
    {{ return(adapter.dispatch("mark_duplicates", "precision_marketing")(input_name)) }}
{% endmacro %}

{% macro default__mark_duplicates(input_name) %}
    {% set key = precision_marketing.input_contract()[input_name]["key"] | join(", ") %}
    update {{ this }} set row_status = 'duplicate'
    where rowid in (
        select rowid from {{ this }}
        where row_status = 'kept' and ({{ key }}) in (
            select ({{ key }}) from {{ this }}
            where row_status = 'kept'
            group by {{ key }}
            having count(*) > 1
        )
        qualify {{ precision_marketing.copy_number(input_name, "row_status") }} > 1
    )
{% endmacro %}

{% macro spark__mark_duplicates(input_name) %}{% endmacro %}


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
