-- Grain: one row per time window, scorer, user and item: every scorer in one shape, of
-- what is left out no list in any window but of users whom content alone can serve.
{{ config(materialized="view") }}
{% set names = precision_marketing.scorers() | map(attribute="name") | sort %}
with

final as (

    {% for scorer in precision_marketing.scorers() %}
    select
        time_window,
        scorer,
        {{ names.index(scorer.name) }} as scorer_number,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("precision_marketing", scorer.name ~ "_scores") }}
    where time_window <> 'train'
    union all
    {% endfor %}
    select
        time_window,
        scorer,
        scorer_number,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("precision_marketing", "used_train_scores") }}

)

select * from final
