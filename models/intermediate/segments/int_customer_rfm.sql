-- Grain: one row per user who ever ordered: recency, frequency, monetary and scores.
-- Who refuses to be profiled is in no row, and not among those the scores compare.
-- Data without any order (ratings, plays) are scored by target events instead.
{% set amount = precision_marketing.kind_type("amount") %}
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

acts as (

    select
        'order' as rfm_basis,
        user_id,
        converted_at as acted_at,
        revenue_amount
    from conversions

    union all

    select
        'target_event' as rfm_basis,
        user_id,
        occurred_at as acted_at,
        cast(null as {{ amount }}) as revenue_amount
    from events
    where is_target and not exists (select 1 from conversions)

),

totals as (

    select
        acts.user_id,
        acts.rfm_basis,
        max(acts.acted_at) as last_acted_at,
        count(*) as frequency_count,
        cast(sum(acts.revenue_amount) as {{ amount }}) as revenue_amount
    from acts
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on acts.user_id = users.user_id and users.has_profiling_consent
    group by acts.user_id, acts.rfm_basis

),

-- The end of the data, not the clock of the machine: a later build scores alike. By
-- value: equal users score alike, whatever their ids.
scored as (

    select
        *,
        (select max(events.occurred_at) from events) as as_of_at,
        {{ precision_marketing.fifth("last_acted_at") }} as recency_score,
        {{ precision_marketing.fifth("frequency_count") }} as frequency_score,
        -- Among users with known revenue only; the others have no monetary score.
        case
            when revenue_amount is not null
                then {{ precision_marketing.fifth(
                    "revenue_amount", "revenue_amount is null"
                ) }}
        end as monetary_score
    from totals

),

final as (

    select
        user_id,
        rfm_basis,
        as_of_at,
        last_acted_at,
        {{ precision_marketing.days_between("last_acted_at", "as_of_at") }}
            as recency_days,
        frequency_count,
        revenue_amount,
        recency_score,
        frequency_score,
        monetary_score,
        -- The mean of the two, halves upward; frequency alone without revenue.
        cast(
            floor((frequency_score + coalesce(monetary_score, frequency_score) + 1) / 2)
            as integer
        ) as frequency_monetary_score
    from scored

)

select * from final
