-- Grain: one row per address that ordered.
-- No column of an export is signed_up_at, attributes, has_email_consent,
-- has_ads_consent or has_profiling_consent.
with

orders as (

    select * from orders_export

),

final as (

    select
        md5(lower(trim(email))) as user_id,
        -- Of the latest order.
        max_by(nullif(country, ''), order_date) as country
    from orders
    where nullif(trim(email), '') is not null
    group by md5(lower(trim(email)))

)

select * from final
