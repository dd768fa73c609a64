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

scaling as (

    select
        {% for name in feature_columns %}
        {% set place = loop.index0 %}
        {% for part in ["mean", "scale"] %}
        max(
            case
                when record_type = 'feature_{{ part }}' and name = '{{ name }}'
                    then value
            end
        ) as {{ part }}_{{ place }}
        {{- "" if loop.last else "," }}
        {% endfor %}
        {{- "" if loop.last else "," }}
        {% endfor %}
    from weights

),

-- Place of the model's inputs among the given columns.
inputs as (

    select
        input_index,
        case name
            {% for name in feature_columns %}
            when '{{ name }}' then {{ loop.index0 }}
            {% endfor %}
        end as place
    from weights
    where record_type = 'feature_mean'

),

neurons as (

    select
        weights.seed,
        weights.layer,
        weights.output_index,
        {{ precision_marketing.ordered_list(
            "weights.value", "coalesce(inputs.place, weights.input_index)"
        ) }} as weights
    from weights
    left join inputs
        on weights.input_index = inputs.input_index
        and weights.layer = 0
    where weights.record_type = 'weight'
    group by weights.seed, weights.layer, weights.output_index

),

layers as (

    select
        neurons.seed,
        neurons.layer,
        {{ precision_marketing.ordered_list(
            precision_marketing.neuron("neurons.weights", "biases.value"),
            "neurons.output_index"
        ) }} as neurons
    from neurons
    inner join weights as biases
        on neurons.seed = biases.seed
        and neurons.layer = biases.layer
        and neurons.output_index = biases.output_index
    where biases.record_type = 'bias'
    group by neurons.seed, neurons.layer

),

scaled as (

    select
        {{ keys }},
        {% set scaled = [] %}
        {% for name in feature_columns %}
        {% do scaled.append(
            "least(greatest((" ~ name ~ " - mean_" ~ loop.index0 ~ ") / scale_"
            ~ loop.index0 ~ ", -5e0), 5e0)"
        ) %}
        {% endfor %}
        {{ precision_marketing.list_of(scaled) }} as outputs
    from {{ features }}
    cross join scaling

),

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
