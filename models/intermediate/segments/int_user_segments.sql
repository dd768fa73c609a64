-- Grain: one row per user with a segment of recency, frequency and monetary value.
with

final as (

    select
        users.user_index,
        rfm_segments.segment
    from {{ ref("int_users") }} as users
    inner join {{ ref("int_customer_rfm") }} as rfm on users.user_id = rfm.user_id
    inner join {{ ref("rfm_segments") }} as rfm_segments
        on rfm.recency_score = rfm_segments.recency_score
        and rfm.frequency_monetary_score = rfm_segments.frequency_monetary_score

)

select * from final
