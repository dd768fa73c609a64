-- Grain: one row per campaign and variant (or all), policy and cutoff: sums over users.
-- A policy is a column until users are added up: no impression is copied for each.
{% set policies = precision_marketing.judged_policies() %}
{% set variant = ["campaign_id", "variant"] %}
{% set scopes = {
    "campaign": [policies, variant],
    "all": [policies, variant],
    "other": [[["weight", "variant", "null"]], variant + ["policy"]],
} %}
with

campaign_weights {{ precision_marketing.as_materialized() }} (

    select
        campaign_id,
        variant,
        user_id,
        {% for column, _, _ in policies %}
        {{ column }} / propensity as {{ column }},
        {% endfor %}
        is_clicked
    from {{ ref("precision_marketing", "int_policy_chances") }}

),

-- A user brings all impressions of a scope at once: they hang together.
all_weights as (

    select
        '(all)' as campaign_id,
        '(all)' as variant,
        user_id,
        is_clicked,
        {{ policies | map("first") | join(", ") }}
    from campaign_weights

),

-- A variant's policy stands for its own campaign alone.
other_weights {{ precision_marketing.as_materialized() }} (

    select
        campaign_id,
        variant,
        policy,
        user_id,
        is_clicked,
        target_propensity / propensity as weight
    from {{ ref("precision_marketing", "int_variant_policy_chances") }}

),

{% for scope, (weights, keys) in scopes.items() %}
{{ scope }}_users as (

    {{ precision_marketing.policy_user_sums(scope ~ "_weights", weights, keys) }}

),

{{ scope }}_clicks as (

    {{ precision_marketing.policy_user_sums(
        scope ~ "_weights where is_clicked", weights, keys
    ) }}

),

{{ scope }}_sums as (

    {{ precision_marketing.policy_sums(
        scope ~ "_users", scope ~ "_clicks", weights, keys
    ) }}

),

{{ scope }}_sizes as (

    {{ precision_marketing.policy_sizes(scope ~ "_weights", weights, keys) }}

),

{% endfor %}
final as (

    {% for scope, (weights, keys) in scopes.items() %}
    {% for column, policy, cutoff in weights %}
    {{ precision_marketing.policy_row(
        scope ~ "_sums", scope ~ "_sizes", column,
        "'" ~ policy ~ "'" if scope != "other" else "sums.policy", cutoff
    ) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
