-- Grain: one row per row of the input `erasure_requests`.
with

source as (

    {{ precision_marketing.read_input("erasure_requests") }}

),

checked as (

    select
        source.*,
        -- The first reason that holds is the one reported.
        case
            when source.user_id is null
                then 'missing_user_id'
            when source.has_unreadable_value
                then 'unreadable_value'
        end as rejection_reason
    from source

),

final as (

    select
        *,
        {{ precision_marketing.row_status(["user_id"]) }} as row_status
    from checked

)

select * from final
