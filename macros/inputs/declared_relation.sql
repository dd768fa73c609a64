{# One entry of the var `inputs`: {ref: model}, {source: [source, table]} or the name
   of a relation. The first two are edges of the graph: dbt builds the model first, in
   the same run. A `ref` of one name is a model of the root project, whatever models of
   that name the package has; one of another package is [package, model]. #}
{% macro declared_relation(input_name, given) %}
    {% do precision_marketing.validate_declared_relation(input_name, given) %}
    {% if given is not mapping %}{{ return(given) }}{% endif %}
    {% set parts = given.values() | first %}
    {% if "source" in given %}{{ return(source(*parts)) }}{% endif %}
    {{ return(ref(project_name, parts) if parts is string else ref(*parts)) }}
{% endmacro %}


{% macro validate_declared_relation(input_name, given) %}
    {% if not given and input_contract()[input_name]["is_required"] and execute %}
        {% do precision_marketing.missing_input(
            input_name, "add `" ~ input_name ~ ": {ref: your_model}` or the name of a"
            ~ " table to the var `inputs`"
        ) %}
    {% endif %}
    {% if given is not mapping %}{{ return("") }}{% endif %}
    {% set parts = given.values() | first %}
    {% set is_pair = precision_marketing.is_list(parts) and parts | length == 2
        and precision_marketing.are_names(parts | map("string") | list)
        and parts | select("string") | list | length == 2 %}
    {% set is_sound = given | length == 1
        and (("ref" in given and (precision_marketing.is_text(parts) or is_pair))
            or ("source" in given and is_pair)) %}
    {% if not is_sound %}
        {{ exceptions.raise_compiler_error(
            "The var `inputs` sets `" ~ input_name ~ "` to `"
            ~ precision_marketing.shown_value(given) ~ "`: give {ref:"
            ~ " model}, {ref: [package, model]}, {source: [source, table]} or the name"
            ~ " of a table."
        ) }}
    {% endif %}
{% endmacro %}


{# Staging looks at the columns of its input while it compiles, so that a model or
   source has to be there by then: in `dbt build` it is. #}
{% macro validate_input_exists(input_name, relation) %}
    {% if relation.is_cte %}
        {{ exceptions.raise_compiler_error(
            "Input `" ~ input_name ~ "` is an ephemeral model, which has no columns to"
            ~ " look at: materialize it as a view."
        ) }}
    {% elif not load_relation(relation) %}
        {{ exceptions.raise_compiler_error(
            "Input `" ~ input_name ~ "` (" ~ relation ~ ") is not in the database yet:"
            ~ " `dbt build` makes a model or seed before the package reads it; with"
            ~ " --select, select it as well. A source has to be loaded before."
        ) }}
    {% endif %}
{% endmacro %}
