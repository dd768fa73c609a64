{# The query that scores rows with a learned scorer, from its weights alone.
   Scaling by name, so that the columns may come in any order. #}
{% macro neural_score(features, weights, feature_columns, key_columns, scorer="neural") %}
{% set last_layer = {"neural": 2, "logistic_regression": 0}[scorer] %}
with

weights as (

    select * from {{ weights }} where scorer = '{{ scorer }}'

),

{{ precision_marketing.neural_scaling(feature_columns) }}
{{ precision_marketing.neural_places(feature_columns) }}
{{ precision_marketing.neural_neurons() }}
{{ precision_marketing.neural_layers() }}
{{ precision_marketing.neural_inputs(features, feature_columns, key_columns) }}
{% for layer in range(last_layer + 1) %}
{{ precision_marketing.neural_layer(layer, key_columns, layer == last_layer) }}
{% endfor %}
{% set keys = key_columns | join(", ") %}
{% set logit = "avg(" ~ precision_marketing.first_element("outputs") ~ ")" %}
select
    {{ keys }},
    {{ logit }} as logit,
    1e0 / (1e0 + exp(-{{ logit }})) as score
from layer_{{ last_layer }}
group by {{ keys }}
{% endmacro %}
