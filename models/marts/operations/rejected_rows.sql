-- Grain: one row per rejected input row; rows of erased users are never among them.
{% set text_type = precision_marketing.kind_type("text") %}
with

broken_records as (

    select * from {{ ref("precision_marketing", "stg_broken_records") }}

),

rejected as (

    {% for input_name in precision_marketing.input_contract() %}
    select
        '{{ input_name }}' as input_name,
        rejection_reason,
        row_content,
        cast(null as {{ text_type }}) as file_name,
        cast(null as bigint) as line_number
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status = 'rejected'
    union all
    {% endfor %}
    -- What stands on a line that cannot be split is not known: it may be anything.
    select
        input_name,
        rejection_reason,
        cast(null as {{ text_type }}) as row_content,
        file_name,
        line_number
    from broken_records

),

-- Rows of equal content are told apart by a number; which is which does not matter.
numbered as (

    select
        *,
        row_number() over (
            partition by input_name, row_content, file_name, line_number
            order by rejection_reason
        ) as copy_number
    from rejected

),

final as (

    select
        md5(
            input_name || '|'
            || cast(copy_number as {{ text_type }}) || '|'
            || coalesce(
                row_content,
                file_name || '|' || cast(line_number as {{ text_type }})
            )
        ) as rejected_row_id,
        input_name,
        rejection_reason,
        row_content,
        file_name,
        line_number
    from numbered

)

select * from final
