{# What became of a checked row. Among the sound rows of a key, equal ones are
   duplicates of one, and of those that differ the first by the contract's order is
   kept: by what they mean, never by file order. Further ones are merged: what they say
   went into the kept one, or gave way to it, as docs/inputs.md has it for the input. #}
{% macro row_status(input_name) %}
    {{ return(adapter.dispatch("row_status", "precision_marketing")(input_name)) }}
{% endmacro %}

{# `mark_repeats` decides once the table is written: a window over all rows would
   hold and sort every column of every row for the few that repeat. #}
{% macro default__row_status(input_name) %}
    case when rejection_reason is not null then 'rejected' else 'kept' end
{%- endmacro %}

{% macro spark__row_status(input_name) %}
    case
        when rejection_reason is not null then 'rejected'
        else {{ precision_marketing.status_of_sound_row(
            input_name, "case when rejection_reason is null then 1 else 0 end"
        ) }}
    end
{%- endmacro %}


{# Of rows that share a key and yet are different things (two lines under the number of
   their order, say) all are kept: the number of the row's thing; null where the key has
   one. Staging gives all but the first an id of their own. #}
{% macro key_line(input_name) %}
    {{ return(adapter.dispatch("key_line", "precision_marketing")(input_name)) }}
{% endmacro %}

{# By `mark_repeats`. #}
{% macro default__key_line(input_name) %}
    cast(null as integer)
{%- endmacro %}

{% macro spark__key_line(input_name) %}
    {{ precision_marketing.thing_number(
        input_name, "case when rejection_reason is null then 1 else 0 end"
    ) }}
{%- endmacro %}


{# The fate of a sound row, of those in the same `part` as it. #}
{% macro status_of_sound_row(input_name, part) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set same_key = (contract["key"] + contract.get("things", []) + [part])
        | join(", ") %}
    {% set content = "whole_row_hash" if contract.get("is_sum")
        else precision_marketing.row_hash(
            contract["columns"], contract["columns"] | map("first") | list) %}
    {% set place = "dense_rank() over (partition by " ~ same_key ~ " order by "
        ~ (contract["order"] + [content]) | join(", ") ~ ")" %}
    case
        when row_number() over (
            partition by {{ same_key }}, {{ content }} order by value_gaps nulls first
        ) > 1 then 'duplicate'
        {% if contract.get("is_strict") %}
        when {{ place }} > 1 and dense_rank() over (
            partition by {{ same_key }} order by {{ contract["order"] | join(", ") }}
        ) = 1 then {{ precision_marketing.stop_with(
            "Input `" ~ input_name ~ "` has several rows of one "
            ~ contract["key"] | join ~ " that differ, and none is the latest: give"
            ~ " them an `updated_at`, or leave one row of each") }}
        {% endif %}
        when {{ place }} > 1 then 'merged'
        else 'kept'
    end
{%- endmacro %}


{# The number of a row's thing among those of its key; null where there is one alone. #}
{% macro thing_number(input_name, part) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set ranks = [] %}
    {% for direction in ["", " desc"] %}
        {% do ranks.append(
            "dense_rank() over (partition by " ~ (contract["key"] + [part]) | join(", ")
            ~ " order by " ~ contract["things"] | join(direction ~ ", ") ~ direction
            ~ ")"
        ) %}
    {% endfor %}
    case when {{ ranks | join(" + ") }} > 2 then {{ ranks[0] }} end
{%- endmacro %}


{# After the table: what becomes of its sound rows whose key is repeated. #}
{% macro mark_repeats(input_name) %}
    {{ return(adapter.dispatch("mark_repeats", "precision_marketing")(
        input_name)) }}
{% endmacro %}

{% macro default__mark_repeats(input_name) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set key = contract["key"] | join(", ") %}
    update {{ this }} set
        row_status = decided.row_status
        {%- if contract.things %},
        key_line = decided.key_line
        {%- endif %}
    from (
        select
            rowid as row_id,
            {{ precision_marketing.status_of_sound_row(input_name, "row_status") }}
                as row_status
            {%- if contract.things %},
            {{ precision_marketing.thing_number(input_name, "row_status") }} as key_line
            {%- endif %}
        from {{ this }}
        where row_status = 'kept' and ({{ key }}) in (
            select ({{ key }}) from {{ this }}
            where row_status = 'kept'
            group by {{ key }}
            having count(*) > 1
        )
    ) as decided
    where {{ this.identifier }}.rowid = decided.row_id
{% endmacro %}

{% macro spark__mark_repeats(input_name) %}{% endmacro %}


{# What tells rows that share a key apart, as the end of an id: see `key_line`. #}
{% macro thing_hash(input_name) %}
    {% set things = precision_marketing.input_contract()[input_name]["things"] %}
    '#' || md5({{ things | join(" || chr(31) || ") }})
{%- endmacro %}


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
