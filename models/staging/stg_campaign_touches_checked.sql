-- Grain: one row per row of the input `campaign_touches`, erased users left out.
{{ config(post_hook="{{ precision_marketing.mark_repeats('campaign_touches') }}") }}
with

source as (

    {{ precision_marketing.read_input("campaign_touches") }}

),

erased_users as (

    {{ precision_marketing.erased_users() }}

),

known_campaigns as (

    select distinct campaign_id
    from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

known_items as (

    select item_id from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept'

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            {{ precision_marketing.id_reasons("campaign_id") }}
            {{ precision_marketing.id_reasons("user_id") }}
            when
                source.touch_type is null
                or lower(source.touch_type) not in (
                    {{ precision_marketing.touch_types() }}
                )
                then 'unknown_touch_type'
            when source.touched_at is null
                then 'invalid_touched_at'
            when source.touched_at < {{ precision_marketing.earliest_credible_time() }}
                then 'touched_at_too_early'
            when source.touched_at > {{ precision_marketing.latest_credible_time() }}
                then 'touched_at_in_future'
            when known_campaigns.campaign_id is null
                then 'unknown_campaign'
        end as rejection_reason,
        source.item_id is not null and known_items.item_id is null as has_unknown_item
    from source
    left join known_campaigns on source.campaign_id = known_campaigns.campaign_id
    left join known_items on source.item_id = known_items.item_id
    where not {{ precision_marketing.is_erased("source.user_id") }}

),

final as (

    select
        {{ precision_marketing.input_columns("campaign_touches") }},
        value_gaps,
        rejection_reason,
        has_unknown_item,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.key_line("campaign_touches") }} as key_line,
        {{ precision_marketing.row_status("campaign_touches") }} as row_status
    from checked

)

select * from final
