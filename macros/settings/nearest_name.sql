{# The rest of a sentence on a name that does not exist: the known name nearest to it,
   or all of them. #}
{% macro nearest_or_all(name, known, noun) %}
    {% set nearest = precision_marketing.nearest_name(name, known) %}
    {{ return(
        "did you mean `" ~ nearest ~ "`?" if nearest
        else noun ~ " are " ~ known | join(", ") ~ "."
    ) }}
{% endmacro %}


{# The known name nearest to a wrong one, '' where more than half of the letters of the
   longer one would have to change. #}
{% macro nearest_name(name, known) %}
    {% set name = (name | string)[:100] %}
    {% set best = namespace(name="", distance=1000) %}
    {% for candidate in known %}
        {% set distance = precision_marketing.edit_distance(name, candidate) %}
        {% set longer = [name | length, candidate | length] | max %}
        {% if distance < best.distance and 2 * distance <= longer %}
            {% set best.name = candidate %}
            {% set best.distance = distance %}
        {% endif %}
    {% endfor %}
    {{ return(best.name) }}
{% endmacro %}


{# Letters to put in, take out or change to make one word of another (Levenshtein
   1966). #}
{% macro edit_distance(first, second) %}
    {% set found = namespace(row=range(second | length + 1) | list) %}
    {% for letter in first %}
        {% set row = [loop.index] %}
        {% for other in second %}
            {% do row.append([
                row[-1] + 1,
                found.row[loop.index] + 1,
                found.row[loop.index0] + (0 if letter == other else 1),
            ] | min) %}
        {% endfor %}
        {% set found.row = row %}
    {% endfor %}
    {{ return(found.row[-1]) }}
{% endmacro %}
