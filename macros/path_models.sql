{# The attribution models that divide a conversion among the touches of its path; the
   seed `attribution_models` says what each does. #}
{% macro path_models() %}
    {{ return([
        "first", "last", "last_non_direct", "linear", "position", "time_decay",
        "markov", "shapley",
    ]) }}
{% endmacro %}


{# Of columns named `<model>_<measure>` the one of the row's attribution model. #}
{% macro of_path_model(relation, measure) %}
    case path_models.attribution_model
        {% for model in precision_marketing.path_models() %}
            when '{{ model }}' then {{ relation }}.{{ model }}_{{ measure }}
        {% endfor %}
    end
{%- endmacro %}
