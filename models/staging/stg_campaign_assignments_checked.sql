-- Grain: one row per row of the input `campaign_assignments`, erased users left out.
{{ config(
    post_hook="{{ precision_marketing.mark_repeats('campaign_assignments') }}"
) }}
with

source as (

    {{ precision_marketing.read_input("campaign_assignments") }}

),

erased_users as (

    {{ precision_marketing.erased_users() }}

),

known_campaigns as (

    select distinct campaign_id
    from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("campaign_id") }}
            {{ precision_marketing.id_reasons("user_id") }}
            {{ precision_marketing.id_reasons("variant") }}
            when known_campaigns.campaign_id is null
                then 'unknown_campaign'
        end as rejection_reason
    from source
    left join known_campaigns on source.campaign_id = known_campaigns.campaign_id
    where not {{ precision_marketing.is_erased("source.user_id") }}

),

final as (

    select
        {{ precision_marketing.input_columns("campaign_assignments") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("campaign_assignments") }} as row_status
    from checked

)

select * from final
