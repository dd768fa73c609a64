-- Grain: one row per row of the input `campaigns`.
{{ config(post_hook="{{ precision_marketing.mark_repeats('campaigns') }}") }}
with

source as (

    {{ precision_marketing.read_input("campaigns") }}

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("campaign_id") }}
            when source.ended_at < source.started_at
                then 'ended_before_started'
        end as rejection_reason
    from source

),

final as (

    select
        {{ precision_marketing.input_columns("campaigns") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("campaigns") }} as row_status
    from checked

)

select * from final
