-- Grain: one row per time window, target and user: the probability of buying it within
-- the label days. Of scored users in `test`, of all with profiling consent in `serve`.
{{ config(materialized="view") }}
with

users as (

    select *
    from {{ ref("precision_marketing", "int_audience_users") }}
    where time_window <> 'train' and has_scores

),

targets as (

    select distinct target_index
    from {{ ref("precision_marketing", "int_campaign_targets") }}

),

propensity_scores as (

    select * from {{ ref("precision_marketing", "propensity_scores") }}

),

base_rates as (

    select
        *,
        -- Of the logarithm of the odds of a share of so many users.
        1e0 / sqrt((user_count + 10e0) * base_rate * (1e0 - base_rate))
            as log_odds_error
    from {{ ref("precision_marketing", "target_base_rates") }}

),

is_learned as (

    select count(*) > 0 as is_learned
    from {{ ref("precision_marketing", "propensity_model") }}

),

scored as (

    select
        users.time_window,
        targets.target_index,
        users.user_index,
        users.sample_weight,
        {% for column, base in [
            ("propensity", "base_rate"), ("log_odds_error", "log_odds_error"),
        ] %}
        case
            when is_learned.is_learned then scores.{{ column }}
            else base_rates.{{ base }}
        end as {{ column }},
        {% endfor %}
        is_learned.is_learned
    from users
    cross join targets
    cross join is_learned
    left join propensity_scores as scores
        on users.time_window = scores.time_window
        and targets.target_index = scores.target_index
        and users.user_index = scores.user_index
    left join base_rates
        on targets.target_index = base_rates.target_index
        and users.user_segment = base_rates.user_segment

),

final as (

    select
        time_window,
        target_index,
        user_index,
        sample_weight,
        propensity,
        {{ precision_marketing.probability_bound("propensity", "log_odds_error", "-") }}
            as propensity_lower,
        {{ precision_marketing.probability_bound("propensity", "log_odds_error", "+") }}
            as propensity_upper,
        case
            when propensity is not null
                then case when is_learned then 'learned' else 'segment_rate' end
        end as propensity_basis
    from scored

)

select * from final
