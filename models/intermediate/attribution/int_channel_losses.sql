-- Grain: one row per channel of a path: the share of conversions lost without it.
-- A journey ever reaches channel c with the chance (start N)(c) / N(c, c), N being the
-- visits, and from c on expects (N r)(c): without c it loses their product. Anderl et
-- al. (2016), "Mapping the customer journey".
with

transitions as (

    select * from {{ ref("precision_marketing", "int_channel_transitions") }}

),

visits as (

    select * from {{ ref("precision_marketing", "int_channel_visits") }}

),

starts as (

    select
        to_channel as channel,
        transition_count as start_count
    from transitions
    where from_channel is null

),

ends as (

    select
        from_channel as channel,
        sum(transition_count) as departure_count,
        sum(case when is_converted then transition_count else 0 end)
            as conversion_count,
        cast(sum(case when is_converted then revenue_amount else 0 end) as double)
            as revenue_amount
    from transitions
    where from_channel is not null
    group by from_channel

),

totals as (

    select
        1e0 * sum(ends.conversion_count) / sum(starts.start_count) as conversion_rate,
        sum(ends.revenue_amount) / sum(starts.start_count) as revenue_per_journey,
        sum(starts.start_count) as journey_count
    from ends
    left join starts on ends.channel = starts.channel

),

arrivals as (

    select
        visits.to_channel as channel,
        {{ precision_marketing.fine_exact_sum(
            "1e0 * starts.start_count / totals.journey_count * visits.visits"
        ) }} / max(
            case when visits.from_channel = visits.to_channel then visits.visits end
        ) as reach
    from visits
    cross join totals
    left join starts on visits.from_channel = starts.channel
    group by visits.to_channel

),

earnings as (

    select
        visits.from_channel as channel,
        {{ precision_marketing.fine_exact_sum(
            "visits.visits * ends.conversion_count / ends.departure_count"
        ) }} as conversions,
        {{ precision_marketing.fine_exact_sum(
            "visits.visits * ends.revenue_amount / ends.departure_count"
        ) }} as revenue
    from visits
    inner join ends on visits.to_channel = ends.channel
    group by visits.from_channel

),

joined as (

    select
        arrivals.channel,
        arrivals.reach * earnings.conversions / nullif(totals.conversion_rate, 0e0)
            as conversion_loss,
        case
            when totals.revenue_per_journey > 0e0
                then arrivals.reach * earnings.revenue / totals.revenue_per_journey
        end as revenue_loss
    from arrivals
    inner join earnings on arrivals.channel = earnings.channel
    cross join totals

),

{# Within 0 and 1 but for rounding, and for refunded revenue. #}
final as (

    select
        channel,
        case when conversion_loss > 1e0 then 1e0 else conversion_loss end
            as removal_effect,
        case
            when revenue_loss > 1e0 then 1e0
            when revenue_loss < 0e0 then 0e0
            else revenue_loss
        end as revenue_removal_effect
    from joined

)

select * from final
