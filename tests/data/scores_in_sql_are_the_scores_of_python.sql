-- What `neural_score` computes from the weights is what was ranked with, to 1e-9.
{% set weights = ref("precision_marketing", "neural_scorer_weights") %}
{% set columns = [] %}
{% for column in adapter.get_columns_in_relation(ref(
    "precision_marketing", "candidate_features"
)) %}
{% if column.name.startswith("feature_") %}
{% do columns.append(column.name) %}
{% endif %}
{% endfor %}
with

asked_users as (

    select user_index
    from {{ ref("precision_marketing", "int_window_users") }}
    where time_window = 'test' and is_scored
    order by user_index
    limit 20

),

asked as (

    select candidate_features.*
    from {{ ref("precision_marketing", "candidate_features") }} as candidate_features
    inner join asked_users on candidate_features.user_index = asked_users.user_index
    where candidate_features.time_window = 'test'

),

{% for scorer in ["neural", "logistic_regression"] %}
scored_by_{{ scorer }} as (

    {{ precision_marketing.neural_score(
        "asked", weights, columns, ["user_index", "item_index"],
        scorer,
    ) if columns else "select *, 0e0 as score from asked" }}

),

{% endfor %}
in_sql as (

    {% for scorer in ["neural", "logistic_regression"] %}
    select
        '{{ scorer }}' as scorer,
        user_index,
        item_index,
        score
    from scored_by_{{ scorer }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

in_python as (

    select learned_scores.*
    from {{ ref("precision_marketing", "learned_scores") }} as learned_scores
    inner join asked_users on learned_scores.user_index = asked_users.user_index
    where learned_scores.time_window = 'test'
        -- The mean of both models' logits is made of these.
        and learned_scores.scorer <> 'learned_mean'

)

select
    in_python.scorer,
    in_python.user_index,
    in_python.item_index,
    in_python.score,
    in_sql.score as sql_score
from in_python
full outer join in_sql
    on in_python.scorer = in_sql.scorer
    and in_python.user_index = in_sql.user_index
    and in_python.item_index = in_sql.item_index
where abs(in_python.score - in_sql.score) > 1e-9
    or (in_python.score is null) <> (in_sql.score is null)
