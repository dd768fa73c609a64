-- Grain: one row per input of the contract: what became of its rows, erased ones apart.
with

{% set contract = precision_marketing.input_contract() %}
fates as (

    {% for input_name in contract %}
    select
        '{{ input_name }}' as input_name,
        row_status,
        rejection_reason,
        count(*) as row_count,
        count(value_gaps) as gap_count
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    group by row_status, rejection_reason
    union all
    {% endfor %}
    select
        input_name,
        'rejected' as row_status,
        rejection_reason,
        count(*) as row_count,
        0 as gap_count
    from {{ ref("precision_marketing", "stg_broken_records") }}
    group by input_name, rejection_reason

),

notices as (

    {% for input_name, facts in contract.items() %}
    select
        '{{ input_name }}' as input_name,
        {{ facts["is_required"] | lower }} as is_required,
        count(distinct case
            when {{ "false" if facts.is_sum else "row_status = 'merged'" }}
                {{ "or key_line is not null" if facts.things }}
                then {{ facts["key"] | join(" || chr(31) || ") }}
        end) as key_conflicts,
        {% set is_of_items = input_name in ["events", "campaign_touches"] %}
        {{ "count(case when row_status = 'kept' and has_unknown_item then 1 end)"
            if is_of_items else 0 }} as rows_of_unknown_items,
        {{ "count(case when is_refired then 1 end)"
            if input_name == "events" else 0 }} as rows_refired,
        count(case
            when row_status = 'kept' and value_gaps like '%:decimals_unclear%' then 1
        end) as rows_of_unclear_decimals
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

sums as (

    select
        input_name,
        sum(row_count) as rows_given,
        {% for status in ["kept", "rejected", "duplicate", "merged"] %}
        sum(case when row_status = '{{ status }}' then row_count end)
            as rows_{{ status }},
        {% endfor %}
        sum(case when row_status = 'kept' then gap_count end) as rows_with_gaps
    from fates
    group by input_name

),

reasons as (

    select
        input_name,
        rejection_reason,
        row_number() over (
            partition by input_name
            order by row_count desc, rejection_reason
        ) as reason_rank
    from fates
    where row_status = 'rejected'

),

final as (

    select
        notices.*,
        {% for name in ["given", "kept", "rejected", "duplicate", "merged",
            "with_gaps"] %}
        cast(coalesce(sums.rows_{{ name }}, 0) as bigint) as rows_{{ name }},
        {% endfor %}
        reasons.rejection_reason as main_rejection_reason
    from notices
    left join sums on notices.input_name = sums.input_name
    left join reasons
        on notices.input_name = reasons.input_name
        and reasons.reason_rank = 1

)

select * from final
