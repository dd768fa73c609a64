-- Grain: one row per user who may be profiled and kind of segment the user belongs to.
with

users as (

    select * from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

segments as (

    select
        users.user_index,
        'behavior' as segment_kind,
        rfm_segments.segment,
        1 as preference
    from users
    inner join {{ ref("precision_marketing", "int_customer_rfm") }} as rfm
        on users.user_id = rfm.user_id
    inner join {{ ref("precision_marketing", "rfm_segments") }} as rfm_segments
        on rfm.recency_score = rfm_segments.recency_score
        and rfm.frequency_monetary_score = rfm_segments.frequency_monetary_score
    union all
    select
        user_index,
        'country' as segment_kind,
        country as segment,
        2 as preference
    from users
    where country is not null

),

final as (

    select
        user_index,
        segment_kind,
        segment,
        -- What a user is told: who never ordered has no segment by behavior.
        preference = min(preference) over (partition by user_index) as is_nearest
    from segments

)

select * from final
