{# Names that the package gives in columns that hold the input's names as well. #}
{% macro own_labels() %}
    {{ return([
        "(all)", "(events)", "(none)", "(several)", "(unassigned)", "(unknown)",
    ]) }}
{% endmacro %}


{# A name of the input as the marts show it: one that is also a name of the package's
   own gets a `_` in front, so that no input can be taken for it, and no two for one. #}
{% macro input_label(expression) %}
    {%- set labels = precision_marketing.own_labels() | join("', '") -%}
    case
        when trim(leading '_' from {{ expression }}) in ('{{ labels }}')
            then '_' || {{ expression }}
        else {{ expression }}
    end
{%- endmacro %}


{# A text without zeros in front. #}
{% macro without_zeros(expression) %}
    {{ return("trim(leading '0' from " ~ expression ~ ")") }}
{% endmacro %}


{# The arm that a variant names: `Control` and `control` are one. #}
{% macro arm(variant) %}
    case when lower({{ variant }}) = 'control' then 'control' else {{ variant }} end
{%- endmacro %}


{# A channel as the marts show it: in lower case, `direct` for all that the seed
   `direct_channels` lists (`direct_channel` is its row, or null), missing where it says
   that it is not known. #}
{% macro channel_label(channel, direct_channel) %}
    case
        when {{ direct_channel }} is not null then 'direct'
        else nullif(
            {{ precision_marketing.input_label("lower(" ~ channel ~ ")") }},
            '_(unknown)'
        )
    end
{%- endmacro %}
