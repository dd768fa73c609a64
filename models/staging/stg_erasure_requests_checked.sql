-- Grain: one row per row of the input `erasure_requests`.
{{ config(post_hook="{{ precision_marketing.mark_repeats('erasure_requests') }}") }}
with

source as (

    {{ precision_marketing.read_input("erasure_requests") }}

),

checked as (

    select
        source.*,
        -- A request whose time cannot be read is still a request.
        case
            {{ precision_marketing.id_reasons("user_id") }}
        end as rejection_reason
    from source

),

final as (

    select
        {{ precision_marketing.input_columns("erasure_requests") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("erasure_requests") }} as row_status
    from checked

)

select * from final
