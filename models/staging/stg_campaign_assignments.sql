-- Grain: one row per campaign and user of a sound row of `campaign_assignments`.
-- The first exposure counts. Who was drawn into two arms is in none: `(several)`.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_assignments_checked") }}

),

arms as (

    select
        *,
        {{ precision_marketing.arm("variant") }} as arm
    from checked

),

users_of_several as (

    select distinct
        arms.campaign_id,
        arms.user_id
    from arms
    inner join arms as others
        on arms.campaign_id = others.campaign_id
        and arms.user_id = others.user_id
        and arms.arm <> others.arm
    where arms.row_status = 'kept' and others.row_status = 'merged'

),

final as (

    select
        arms.campaign_id,
        arms.user_id,
        case
            when users_of_several.user_id is not null then '(several)'
            else {{ precision_marketing.input_label("arms.variant") }}
        end as variant,
        users_of_several.user_id is not null as is_in_several_arms,
        arms.assigned_at
    from arms
    left join users_of_several
        on arms.campaign_id = users_of_several.campaign_id
        and arms.user_id = users_of_several.user_id
    where arms.row_status = 'kept'

)

select * from final
