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


{# CTEs of `neural_score` that gather the weights: `layers` has one row per network and
   layer, a list of neurons in the order of the given columns. #}
{% macro neural_layers(feature_columns) %}
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
