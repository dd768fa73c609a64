{# CTE `scaling` of `neural_score`: one row, a mean and a scale for each column. #}
{% macro neural_scaling(feature_columns) %}
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
{% endmacro %}


{# CTE `places` of `neural_score`: the place of the model's inputs among the given
   columns. #}
{% macro neural_places(feature_columns) %}
places as (

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
{% endmacro %}


{# CTE `neurons` of `neural_score`: the list of each neuron's weights, those of the first
   layer in the order of the given columns. #}
{% macro neural_neurons() %}
neurons as (

    select
        weights.seed,
        weights.layer,
        weights.output_index,
        {{ precision_marketing.ordered_list(
            "weights.value", "coalesce(places.place, weights.input_index)"
        ) }} as weights
    from weights
    left join places
        on weights.input_index = places.input_index
        and weights.layer = 0
    where weights.record_type = 'weight'
    group by weights.seed, weights.layer, weights.output_index

),
{% endmacro %}


{# CTE `layers` of `neural_score`: one row per network and layer, a list of neurons. #}
{% macro neural_layers() %}
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
{% endmacro %}


{# CTE `scaled` of `neural_score`: standard scores, cut at five deviations. #}
{% macro neural_inputs(features, feature_columns, key_columns) %}
scaled as (

    select
        {{ key_columns | join(", ") }},
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
{% endmacro %}


{# CTE `layer_<number>` of `neural_score`: the outputs of each network's layer. #}
{% macro neural_layer(layer, key_columns, is_last) %}
{% set before = "layer_" ~ (layer - 1) if layer else "scaled" %}
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
        {% if layer %}and {{ before }}.seed = layers.seed{% endif %}

){{ "" if is_last else "," }}
{% endmacro %}
