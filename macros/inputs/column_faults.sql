{# What is wrong with the columns of an input, or of a file of it, as sentences: required
   ones that it lacks, and optional ones that it lacks but has under a name that is nearly
   theirs. #}
{% macro column_faults(input_name, present, file_name="") %}
    {% set whose = "file `" ~ file_name ~ "`" if file_name
        else "input `" ~ input_name ~ "`" %}
    {% set columns = precision_marketing.input_contract()[input_name]["columns"] %}
    {% set others = present | reject("in", columns | map("first") | list) | list %}
    {% set faults = [] %}
    {% set missing = [] %}
    {% for name, kind, is_required in columns if name not in present %}
        {% set near = precision_marketing.near_column(name, others) %}
        {% if is_required %}
            {% do missing.append("`" ~ name ~ "`"
                ~ (" (did you mean `" ~ near ~ "`?)" if near else "")) %}
        {% elif near %}
            {% do faults.append(
                "The " ~ whose ~ " has a column `" ~ near ~ "`, which is not"
                ~ " read: name it `" ~ name ~ "`, or anything less like it."
            ) %}
        {% endif %}
    {% endfor %}
    {% if missing %}
        {% do faults.insert(0,
            "The " ~ whose ~ " has no column " ~ missing | join(", ")
            ~ ", which is required: add it or rename one of its columns ("
            ~ present | join(", ") ~ ")."
        ) %}
    {% endif %}
    {{ return(faults) }}
{% endmacro %}


{# The one of other columns that nearly has a name: the same words in any order, but for
   signs, the first `is` or `has`, the plural, or one letter of eight; '' for none. #}
{% macro near_column(name, others) %}
    {% set known = precision_marketing.column_words(name) %}
    {% for other in others %}
        {% set words = precision_marketing.column_words(other) %}
        {% set first = known | join %}
        {% set second = words | join %}
        {% if first == second or known | sort == words | sort
            or first ~ "s" == second or second ~ "s" == first
            or (first | length >= 8
                and (first | length - second | length) | abs < 2
                and precision_marketing.edit_distance(first, second) < 2) %}
            {{ return(other) }}
        {% endif %}
    {% endfor %}
    {{ return("") }}
{% endmacro %}


{% macro column_words(name) %}
    {% set words = modules.re.findall("[a-z]+|[0-9]+", name | lower) %}
    {{ return(words[1:] if words[1:] and words[0] in ["is", "has"] else words) }}
{% endmacro %}
