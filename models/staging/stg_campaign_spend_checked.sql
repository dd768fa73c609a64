-- Grain: one row per row of the input `campaign_spend`.
{{ config(post_hook="{{ precision_marketing.mark_duplicates('campaign_spend') }}") }}
{% set maximum_amount = precision_marketing.setting("input_checks", "maximum_amount") %}
with

source as (

    {{ precision_marketing.read_input("campaign_spend") }}

),

known_campaigns as (

    select campaign_id from {{ ref("precision_marketing", "stg_campaigns") }}

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("campaign_id") }}
            when source.spend_date is null
                then 'invalid_spend_date'
            when source.spend_date < {{ precision_marketing.earliest_credible_time() }}
                then 'spend_date_too_early'
            when source.spend_date > {{ precision_marketing.latest_credible_time() }}
                then 'spend_date_in_future'
            when source.spend is null
                then 'invalid_spend'
            when source.spend < 0
                then 'negative_spend'
            when source.spend > {{ maximum_amount }}
                then 'spend_above_maximum'
            when known_campaigns.campaign_id is null
                then 'unknown_campaign'
        end as rejection_reason
    from source
    left join known_campaigns on source.campaign_id = known_campaigns.campaign_id

),

final as (

    select
        {{ precision_marketing.input_columns("campaign_spend") }},
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("campaign_spend") }} as row_status
    from checked

)

select * from final
