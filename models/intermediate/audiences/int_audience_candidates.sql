-- Grain: one row per audience (campaign) and user, with the first reason against it.
with

rules as (

    select * from {{ ref("precision_marketing", "int_audience_rules") }}

),

draws as (

    select * from {{ ref("precision_marketing", "int_holdout_draws") }}

),

-- Few, where the shares stay: so that not every row of the rules meets its draw.
earlier_draws as (

    select * from draws
    where campaign_id <> '(all)' and not is_todays_draw

),

joined as (

    select
        rules.*,
        global_draws.is_held_out as is_global_holdout,
        coalesce(earlier_draws.is_held_out, rules.is_campaign_holdout)
            as is_drawn_holdout
    from rules
    inner join draws as global_draws
        on rules.user_id = global_draws.user_id
        and global_draws.campaign_id = '(all)'
    left join earlier_draws
        on rules.campaign_id = earlier_draws.campaign_id
        and rules.user_id = earlier_draws.user_id

),

final as (

    select
        campaign_id,
        user_index,
        user_id,
        recent_contact_count,
        is_global_holdout,
        is_drawn_holdout as is_campaign_holdout,
        is_control,
        -- Held out by chance alone: no other rule kept the user from the list, and no
        -- earlier draw as control, since no control is on the list.
        exclusion_reason is null and not is_control
        and (is_global_holdout or is_drawn_holdout) as is_comparison_holdout,
        case
            when exclusion_reason is not null then exclusion_reason
            when is_global_holdout then 'global_holdout'
            when is_control then 'former_control'
            when is_drawn_holdout then 'campaign_holdout'
        end as suppression_reason
    from joined

)

select * from final
