-- Grain: one row per row of the input `users`, erased users left out.
{{ config(post_hook="{{ precision_marketing.mark_repeats('users') }}") }}
with

source as (

    {{ precision_marketing.read_input("users") }}

),

erased_users as (

    {{ precision_marketing.erased_users() }}

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("user_id") }}
        end as rejection_reason
    from source
    where not {{ precision_marketing.is_erased("source.user_id") }}

),

final as (

    select
        {{ precision_marketing.input_columns("users") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("users") }} as row_status
    from checked

)

select * from final
