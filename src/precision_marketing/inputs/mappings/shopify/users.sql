-- Grain: one row per customer.
-- No column of an export is signed_up_at, attributes, has_ads_consent or
-- has_profiling_consent.
with

customers as (

    select * from customers_export

),

final as (

    select
        -- As in the orders.
        md5(lower(trim(email))) as user_id,
        country,
        accepts_email as has_email_consent
    from customers
    where nullif(trim(email), '') is not null

)

select * from final
