-- Grain: one row per file of the input folder that is read.
with

{% set contract = precision_marketing.input_contract() %}
input_files as (

    {% if precision_marketing.reads_files() %}
    select * from (
        {{ precision_marketing.folder_listing(precision_marketing.input_folder()) }}
    ) as listing
    where input_name is not null
    {% else %}
    select
        '' as input_name,
        '' as file_name,
        '' as file_path,
        '' as file_format
    where 1 = 0
    {% endif %}

),

final as (

    select
        input_name,
        file_name,
        file_path,
        file_format,
        '{{ precision_marketing.setting("input_files", "encoding") }}' as encoding,
        -- The contract's columns in their order: Python cannot ask for them.
        case input_name
            {% for input_name in contract %}
            when '{{ input_name }}'
                then string_split(
                    '{{ precision_marketing.input_columns(input_name) }}', ', '
                )
            {% endfor %}
        end as contract_columns,
        -- Columns that tell apart rows that are equal otherwise.
        input_name in (
            ''
            {% for input_name, facts in contract.items() if facts.get("is_sum") %}
            , '{{ input_name }}'
            {% endfor %}
        ) as keeps_other_columns
    from input_files

)

select * from final
