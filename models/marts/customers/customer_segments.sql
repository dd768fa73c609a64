-- Grain: one row per user who may be profiled.
with

users as (

    select * from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

rfm as (

    select * from {{ ref("precision_marketing", "int_customer_rfm") }}

),

rfm_segments as (

    select * from {{ ref("precision_marketing", "rfm_segments") }}

),

final as (

    select
        users.user_id,
        -- A pair of scores that the seed leaves out is null, and stops the build.
        case
            when rfm.user_id is null then 'No purchase yet'
            else rfm_segments.segment
        end as segment,
        rfm.rfm_basis,
        rfm.as_of_at,
        rfm.last_acted_at,
        rfm.recency_days,
        coalesce(rfm.frequency_count, 0) as frequency_count,
        rfm.revenue_amount,
        cast(rfm.recency_score as integer) as recency_score,
        cast(rfm.frequency_score as integer) as frequency_score,
        cast(rfm.monetary_score as integer) as monetary_score,
        rfm.frequency_monetary_score
    from users
    left join rfm on users.user_id = rfm.user_id
    left join rfm_segments
        on rfm.recency_score = rfm_segments.recency_score
        and rfm.frequency_monetary_score = rfm_segments.frequency_monetary_score

)

select * from final
