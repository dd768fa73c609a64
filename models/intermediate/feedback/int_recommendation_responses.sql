-- Grain: one row per user and recommendation_id that came back: what it led to.
with

contacts as (

    select * from {{ ref("precision_marketing", "int_recommendation_contacts") }}

),

-- Whatever follows the first touch belongs to its channel, wherever it happens.
first_touches as (

    select
        user_id,
        recommendation_id,
        channel,
        row_number() over (
            partition by user_id, recommendation_id
            order by happened_at, contact_id
        ) as choice
    from contacts
    where contact_source = 'touch'

),

counted as (

    select
        user_id,
        recommendation_id,
        min(position) as smallest_position,
        count(*) filter (where contact_source = 'touch' and contact_type = 'impression')
            as impression_touch_count,
        count(*) filter (where contact_source = 'event' and contact_type = 'impression')
            as impression_event_count,
        count(*) filter (where contact_source = 'touch' and contact_type = 'click')
            as click_touch_count,
        count(*) filter (where contact_source = 'event' and contact_type = 'click')
            as click_event_count,
        count(*) filter (where contact_type = 'view') as view_count,
        count(distinct conversion_key) as conversion_count,
        cast(
            sum(revenue_amount) as {{ precision_marketing.kind_type("amount") }}
        ) as revenue_amount
    from contacts
    group by user_id, recommendation_id

),

final as (

    select
        counted.user_id,
        counted.recommendation_id,
        {% set id = "counted.recommendation_id" %}
        coalesce(
            {{ precision_marketing.recommendation_part(id, "scorer") }}, '(unknown)'
        ) as scorer,
        coalesce(
            {{ precision_marketing.recommendation_part(id, "reason_code") }},
            '(unknown)'
        ) as reason_code,
        coalesce(
            {{ precision_marketing.recommendation_part(id, "rank") }},
            counted.smallest_position
        ) as recommendation_rank,
        coalesce(first_touches.channel, '(events)') as channel,
        -- Logged by the channel and by the shop is still seen, or clicked, once; a page
        -- opened by a recommendation is a click where nobody logs clicks.
        case
            when counted.impression_touch_count > 0 then counted.impression_touch_count
            else counted.impression_event_count
        end as impression_count,
        case
            when counted.click_touch_count > 0 then counted.click_touch_count
            when counted.click_event_count > 0 then counted.click_event_count
            else counted.view_count
        end as click_count,
        counted.conversion_count,
        counted.revenue_amount
    from counted
    left join first_touches
        on counted.user_id = first_touches.user_id
        and counted.recommendation_id = first_touches.recommendation_id
        and first_touches.choice = 1

)

select * from final
