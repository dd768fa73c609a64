{# The query that scores rows with a learned scorer, from its weights alone.
   Scaling by name, so that the columns may come in any order. #}
{% macro neural_score(features, weights, feature_columns, key_columns, scorer="neural") %}
{% set keys = key_columns | join(", ") %}
{% set layer_count = {"neural": 3, "logistic_regression": 1}[scorer] %}
with

weights as (

    select *
    from {{ weights }}
    where scorer = '{{ scorer }}'

),

{{ precision_marketing.neural_scaling(feature_columns) }}

{{ precision_marketing.neural_layers(feature_columns) }}

{{ precision_marketing.neural_inputs(features, feature_columns, key_columns) }}

{% for layer in range(layer_count) %}
{% set is_first, is_last = loop.first, loop.last %}
{% set before = "scaled" if is_first else "layer_" ~ (layer - 1) %}
{% set outputs = precision_marketing.dense_layer(
    before ~ ".outputs", "layers.neurons"
) %}
layer_{{ layer }} as (

    select
        {% for key in key_columns %}{{ before }}.{{ key }}, {% endfor %}
        layers.seed,
        {{ outputs if is_last else precision_marketing.rectified(outputs) }} as outputs
    from {{ before }}
    inner join layers
        on layers.layer = {{ layer }}
        {% if not is_first %}and {{ before }}.seed = layers.seed{% endif %}

),

{% endfor %}
logits as (

    select
        {{ keys }},
        avg({{ precision_marketing.first_element("outputs") }}) as logit
    from layer_{{ layer_count - 1 }}
    group by {{ keys }}

)

select
    {{ keys }},
    logit,
    1e0 / (1e0 + exp(-logit)) as score
from logits
{% endmacro %}
