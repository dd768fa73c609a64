-- Grain: one row per check of what inputs, or files of one, say of the same thing.
with

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

target_items as (

    select distinct campaign_id
    from {{ ref("precision_marketing", "stg_target_items") }}
    where is_known_item

),

categories as (

    select distinct lower(category) as category
    from {{ ref("precision_marketing", "stg_items_checked") }}
    where row_status = 'kept'

),

unknown_targets as (

    select campaigns.campaign_id
    from campaigns
    left join target_items on campaigns.campaign_id = target_items.campaign_id
    left join categories on lower(campaigns.target_category) = categories.category
    where
        case
            when campaigns.target_item_ids is not null
                then target_items.campaign_id is null
            else campaigns.target_category is not null and categories.category is null
        end

),

spend_days as (

    select
        campaign_id,
        spend_date,
        lower(input_channel) as channel,
        min(input_file) as first_file,
        max(input_file) as last_file
    from {{ ref("precision_marketing", "stg_campaign_spend_checked") }}
    where row_status in ('kept', 'merged')
    group by campaign_id, spend_date, lower(input_channel)

),

final as (

    select
        'targets_unknown' as check_name,
        'campaigns' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' campaigns have a target that no item has, such as `'
        || min(campaign_id) || '`' as finding
    from unknown_targets
    union all
    select
        'spend_in_several_files' as check_name,
        'campaign_spend' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' days of campaigns have spend in several files, which was added'
        || ' up, as in ' || min('`' || first_file || '` and `' || last_file || '`')
            as finding
    from spend_days
    where first_file < last_file

)

select * from final
