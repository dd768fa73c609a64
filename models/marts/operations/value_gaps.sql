-- Grain: one row per input, column and reason of values missing from kept rows.
with

gaps as (

    {% for input_name in precision_marketing.input_contract() %}
    select
        '{{ input_name }}' as input_name,
        {{ precision_marketing.ids_of_text("value_gaps") }} as gap
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status = 'kept' and value_gaps is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        input_name,
        split_part(gap, ':', 1) as column_name,
        split_part(gap, ':', 2) as gap_reason,
        count(*) as row_count
    from gaps
    group by input_name, gap

)

select * from final
