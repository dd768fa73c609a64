-- Grain: one row per row of the input `erasure_requests`, its user a salted hash.
{{ config(post_hook="{{ precision_marketing.mark_repeats('erasure_requests') }}") }}
{% set user_hash = precision_marketing.user_hash %}
with

source as (

    {{ precision_marketing.read_input("erasure_requests") }}

),

salt as (

    {{ precision_marketing.suppression_salt() }}

),

checked as (

    select
        source.*,
        salt.salt,
        -- In an order that no salt changes.
        row_number() over (
            order by source.requested_at nulls last, source.user_id
        ) as request_place,
        -- A request whose time cannot be read is still a request.
        case
            {{ precision_marketing.id_reasons("user_id") }}
        end as rejection_reason
    from source
    cross join salt

),

hashed as (

    select
        {{ user_hash("user_id", "salt") }} as user_id,
        requested_at,
        salt,
        request_place,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape,
        {{ user_hash(precision_marketing.without_zeros("user_id"), "salt") }}
            as bare_user_hash,
        value_gaps,
        rejection_reason,
        raw_row
    from checked

),

final as (

    select
        {{ precision_marketing.input_columns("erasure_requests") }},
        salt,
        request_place,
        user_id_shape,
        bare_user_hash,
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("erasure_requests") }} as row_status
    from hashed

)

select * from final
