-- Grain: one row per file of the input folder that is read.
with

{% set sums = precision_marketing.input_contract().items()
    | selectattr("1.is_sum") | map("first") | list %}
input_files as (

    {% if precision_marketing.reads_files() %}
    select *
    from (
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
        {{ precision_marketing.columns_of_input("input_name") }} as contract_columns,
        -- Of these inputs other columns tell apart rows that are equal otherwise.
        input_name in (
            {{ precision_marketing.text_list(sums) }}
        ) as keeps_other_columns
    from input_files

)

select * from final
