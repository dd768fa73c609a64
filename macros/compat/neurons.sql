{# Outputs of a dense layer: for each neuron of the list `layer` (structs of `weights`
   and `bias`) the dot product with the list `inputs` plus its bias. #}
{% macro dense_layer(inputs, layer) %}
    {{ return(adapter.dispatch("dense_layer", "precision_marketing")(inputs, layer)) }}
{% endmacro %}

{% macro default__dense_layer(inputs, layer) %}
    {{ return("[list_dot_product(" ~ inputs ~ ", neuron.weights) + neuron.bias for neuron"
        ~ " in " ~ layer ~ "]") }}
{% endmacro %}

{% macro spark__dense_layer(inputs, layer) %}
    {{ return("transform(" ~ layer ~ ", neuron -> aggregate(zip_with(" ~ inputs
        ~ ", neuron.weights, (x, w) -> x * w), neuron.bias, (total, x) -> total + x))") }}
{% endmacro %}


{# What is above 0 of each element of a list of doubles, 0 for the others. #}
{% macro rectified(expression) %}
    {{ return(adapter.dispatch("rectified", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__rectified(expression) %}
    {{ return("[greatest(x, 0e0) for x in " ~ expression ~ "]") }}
{% endmacro %}

{% macro spark__rectified(expression) %}
    {{ return("transform(" ~ expression ~ ", x -> greatest(x, 0d))") }}
{% endmacro %}


{# List of a group's expressions in a given order. #}
{% macro ordered_list(expression, order) %}
    {{ return(adapter.dispatch("ordered_list", "precision_marketing")(expression, order)) }}
{% endmacro %}

{% macro default__ordered_list(expression, order) %}
    {{ return("list(" ~ expression ~ " order by " ~ order ~ ")") }}
{% endmacro %}

{% macro spark__ordered_list(expression, order) %}
    {{ return("transform(array_sort(collect_list(struct(" ~ order ~ " as place, "
        ~ expression ~ " as element))), x -> x.element)") }}
{% endmacro %}


{# A struct of weights and bias; a list of expressions; the first element of a list. #}
{% macro neuron(weights, bias) %}
    {{ return(adapter.dispatch("neuron", "precision_marketing")(weights, bias)) }}
{% endmacro %}

{% macro default__neuron(weights, bias) %}
    {{ return("struct_pack(weights := " ~ weights ~ ", bias := " ~ bias ~ ")") }}
{% endmacro %}

{% macro spark__neuron(weights, bias) %}
    {{ return("named_struct('weights', " ~ weights ~ ", 'bias', " ~ bias ~ ")") }}
{% endmacro %}

{% macro list_of(expressions) %}
    {{ return(adapter.dispatch("list_of", "precision_marketing")(expressions)) }}
{% endmacro %}

{% macro default__list_of(expressions) %}
    {{ return("[" ~ expressions | join(", ") ~ "]") }}
{% endmacro %}

{% macro spark__list_of(expressions) %}
    {{ return("array(" ~ expressions | join(", ") ~ ")") }}
{% endmacro %}

{% macro first_element(expression) %}
    {{ return(adapter.dispatch("first_element", "precision_marketing")(expression)) }}
{% endmacro %}

{% macro default__first_element(expression) %}
    {{ return("(" ~ expression ~ ")[1]") }}
{% endmacro %}

{% macro spark__first_element(expression) %}
    {{ return("(" ~ expression ~ ")[0]") }}
{% endmacro %}
