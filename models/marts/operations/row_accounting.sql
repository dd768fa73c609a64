-- Grain: one row per input of the contract, absent ones included.
with

input_rows as (

    -- Counted on the inputs themselves, so that a row lost later cannot hide.
    select * from {{ ref("precision_marketing", "stg_input_rows") }}

),

checked_rows as (

    {% for input_name, contract in precision_marketing.input_contract().items() %}
    {% set key = contract["key"] | join(" || chr(31) || ") %}
    select
        '{{ input_name }}' as input_name,
        count(case when row_status = 'kept' then 1 end) as rows_kept,
        count(case when row_status = 'rejected' then 1 end) as rows_rejected,
        count(case when row_status = 'duplicate' then 1 end) as rows_duplicate,
        count(case when row_status = 'merged' then 1 end) as rows_merged,
        {% if contract.is_sum %}
        cast(0 as bigint) as key_conflicts,
        {% else %}
        count(distinct case
            when row_status = 'merged'
                {{ "or key_line is not null" if contract.things }}
                then {{ key }}
        end) as key_conflicts,
        {% endif %}
        -- Kept with a notice; no other input names items or orders.
        {{ "count(case when row_status = 'kept' and has_unknown_item then 1 end)"
            if input_name in ["events", "campaign_touches"] else "cast(0 as bigint)" }}
            as rows_of_unknown_items,
        {{ "count(case when is_refired then 1 end)"
            if input_name == "events" else "cast(0 as bigint)" }} as rows_refired
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

broken_records as (

    select
        input_name,
        count(*) as records_broken
    from {{ ref("precision_marketing", "stg_broken_records") }}
    group by input_name

),

final as (

    select
        input_rows.input_name,
        input_rows.rows_read,
        checked_rows.rows_kept,
        checked_rows.rows_rejected + coalesce(broken_records.records_broken, 0)
            as rows_rejected,
        checked_rows.rows_duplicate,
        checked_rows.rows_merged,
        input_rows.rows_erased,
        checked_rows.key_conflicts,
        checked_rows.rows_of_unknown_items,
        checked_rows.rows_refired
    from input_rows
    left join checked_rows on input_rows.input_name = checked_rows.input_name
    left join broken_records on input_rows.input_name = broken_records.input_name

)

select * from final
