-- Grain: one row per rejected input row; rows of erased users are never among them.
with

rejected as (

    {% for input_name in precision_marketing.input_contract() %}
    select
        '{{ input_name }}' as input_name,
        rejection_reason,
        row_content
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status = 'rejected'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Rows of equal content are told apart by a number; which is which does not matter.
numbered as (

    select
        *,
        row_number() over (
            partition by input_name, row_content
            order by rejection_reason
        ) as copy_number
    from rejected

),

final as (

    select
        md5(
            input_name || '|'
            || cast(copy_number as {{ precision_marketing.kind_type("text") }}) || '|'
            || row_content
        ) as rejected_row_id,
        input_name,
        rejection_reason,
        row_content
    from numbered

)

select * from final
