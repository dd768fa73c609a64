-- Grain: one row per audience (campaign): its candidates by what speaks against them.
{% set reasons = [
    "no_consent", "not_addressed", "bounced_or_complained", "recent_buyer",
    "cap_reached", "global_holdout", "former_control", "campaign_holdout",
] %}
with

targets as (

    select * from {{ ref("precision_marketing", "int_campaign_targets") }}

),

-- Their ids stand nowhere; how many asked is known.
erased as (

    select count(*) as erased_user_count
    from {{ ref("precision_marketing", "stg_suppressed_users") }}
    where readmitted_at is null

),

candidates as (

    select
        campaign_id,
        count(*) as user_count,
        {% for reason in reasons %}
        count(*) filter (where suppression_reason = '{{ reason }}')
            as {{ reason }}_user_count,
        {% endfor %}
        count(*) filter (where suppression_reason is null) as eligible_user_count
    from {{ ref("precision_marketing", "int_audience_candidates") }}
    group by campaign_id

),

item_counts as (

    select
        target_index,
        count(*) as target_item_count
    from {{ ref("precision_marketing", "int_target_items") }}
    group by target_index

),

final as (

    select
        targets.campaign_id,
        targets.target_index,
        targets.target_kind,
        targets.target_text,
        coalesce(item_counts.target_item_count, 0) as target_item_count,
        erased.erased_user_count + coalesce(candidates.user_count, 0)
            as candidate_user_count,
        erased.erased_user_count,
        {% for reason in reasons %}
        coalesce(candidates.{{ reason }}_user_count, 0) as {{ reason }}_user_count,
        {% endfor %}
        coalesce(candidates.eligible_user_count, 0) as eligible_user_count
    from targets
    cross join erased
    left join candidates on targets.campaign_id = candidates.campaign_id
    left join item_counts on targets.target_index = item_counts.target_index

)

select * from final
