-- Grain: one row per campaign and user who was assigned to it or touched by it.
with

assignments as (

    select * from {{ ref("precision_marketing", "stg_campaign_assignments") }}

),

touched_users as (

    select * from {{ ref("precision_marketing", "int_campaign_touched_users") }}

),

-- Any order, attributed or not: a held-out user has no touch to attribute one to.
converted_users as (

    select distinct
        measurements.campaign_id,
        measurements.user_id
    from {{ ref("precision_marketing", "int_campaign_measurements") }} as measurements
    inner join {{ ref("precision_marketing", "int_conversions") }} as conversions
        on measurements.user_id = conversions.user_id
        -- A time that is not given leaves the period open on that side, for every
        -- variant alike.
        and conversions.converted_at >= coalesce(
            measurements.measured_from, conversions.converted_at
        )
        and conversions.converted_at <= coalesce(
            measurements.measured_until, conversions.converted_at
        )

),

final as (

    select
        coalesce(assignments.campaign_id, touched_users.campaign_id) as campaign_id,
        coalesce(assignments.user_id, touched_users.user_id) as user_id,
        -- The assignment decides, whatever a touch says: intention to treat.
        coalesce(assignments.variant, touched_users.variant, '(unassigned)')
            as variant,
        -- Drawn into one arm; nothing is measured on a user of several.
        coalesce(not assignments.is_in_several_arms, false) as is_assigned,
        coalesce(assignments.is_in_several_arms, touched_users.is_in_several_arms)
            as is_in_several_arms,
        coalesce(touched_users.contact_count, 0) > 0 as is_contacted,
        converted_users.user_id is not null as has_ordered_in_campaign,
        coalesce(touched_users.send_count, 0) as send_count,
        -- Sends less bounces, of which a message has one; where a channel logs
        -- deliveries and no sends, those.
        coalesce(
            case
                when touched_users.send_count > 0
                    then touched_users.send_count
                        - least(touched_users.bounce_count, touched_users.send_count)
                else touched_users.delivery_count
            end,
            0
        ) as delivered_count,
        coalesce(touched_users.impression_count, 0) as impression_count,
        coalesce(touched_users.open_count, 0) as open_count,
        coalesce(touched_users.click_count, 0) as click_count,
        coalesce(touched_users.ctr_click_count, 0) as ctr_click_count,
        coalesce(touched_users.message_click_count, 0) as message_click_count,
        coalesce(touched_users.open_click_count, 0) as open_click_count
    from assignments
    full outer join touched_users
        on assignments.campaign_id = touched_users.campaign_id
        and assignments.user_id = touched_users.user_id
    left join converted_users
        on assignments.campaign_id = converted_users.campaign_id
        and assignments.user_id = converted_users.user_id

)

select * from final
