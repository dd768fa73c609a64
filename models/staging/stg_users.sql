-- Grain: one row per user of a sound row of the input `users`.
-- A refusal in any row of the user wins, even in one that was rejected for another
-- reason: whoever says no once may not be asked.
{{ config(materialized="view") }}

{% set consents = ["has_email_consent", "has_ads_consent", "has_profiling_consent"] %}
with

checked as (

    select * from {{ ref("precision_marketing", "stg_users_checked") }}

),

refusals as (

    select
        {% for consent in consents %}
        max(case when not {{ consent }} then 1 else 0 end) as refuses_{{ consent }},
        {% endfor %}
        user_id
    from checked
    where row_status <> 'kept' and not ({{ consents | join(" and ") }})
    group by user_id

),

final as (

    select
        checked.user_id,
        checked.signed_up_at,
        checked.country,
        {% for consent in consents %}
        case
            when refusals.refuses_{{ consent }} = 1 then false
            else checked.{{ consent }}
        end as {{ consent }},
        {% endfor %}
        checked.attributes
    from checked
    left join refusals on checked.user_id = refusals.user_id
    where checked.row_status = 'kept'

)

select * from final
