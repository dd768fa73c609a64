-- Grain: one row per customer.
-- No column of an export is signed_up_at, attributes, has_email_consent,
-- has_ads_consent or has_profiling_consent.
with

invoice_lines as (

    select * from lines_export

),

final as (

    select
        nullif(regexp_replace(trim(customer_id), '[.]0+$', ''), '') as user_id,
        mode(country order by country) as country
    from invoice_lines
    where nullif(trim(customer_id), '') is not null
    group by all

)

select * from final
