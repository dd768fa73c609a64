{# The sentence of a reason; `{item}` stands for the title of the history item. Of what
   the user did, the sentence says what the events say. #}
{% macro reason_template(
    code, deed, is_itself, is_young, is_similar, has_origin, segment_kind
) %}
    {%- set in_history = "other things in your history" -%}
    case
        when {{ code }} in ('because_you_bought', 'because_you_chose')
            then
                'Because you ' || {{ deed }}
                || case when {{ is_itself }} then ' it before.' else ' {item}.' end
        when {{ code }} = 'similar_content' and {{ has_origin }}
            then 'Similar to {item}.'
        when {{ code }} = 'similar_content' then 'Similar to {{ in_history }}.'
        when {{ code }} = 'new_item'
            then
                case when {{ is_young }} then 'New' else 'Still to be discovered' end
                || case
                    when {{ is_similar }} and {{ has_origin }} then ': similar to {item}.'
                    when {{ is_similar }} then ': similar to {{ in_history }}.'
                    else '.'
                end
        when {{ code }} = 'customers_like_you'
            then 'Customers with a history like yours chose it.'
        when {{ code }} = 'popular_in_your_segment' and {{ segment_kind }} = 'country'
            then 'Popular with customers in your country.'
        when {{ code }} = 'popular_in_your_segment'
            then 'Popular with customers like you.'
        when {{ code }} = 'popular' then 'Popular with our customers.'
        else 'Selected by our shop.'
    end
{%- endmacro %}


{# A title between typographic quotes, for a sentence: the id where there is none, in
   one line, its own typographic quotes single, cut at a word where it is long. #}
{% macro quoted_title(title, item_id) %}
    {% set longest = 60 %}
    {% set line = precision_marketing.one_line(
        "coalesce(nullif(trim(" ~ title ~ "), ''), " ~ item_id ~ ")"
    ) %}
    {% set line = "replace(replace(" ~ line ~ ", '“', '‘'), '”', '’')" %}
    {% set start = precision_marketing.first_characters(line, longest) %}
    {{ return("'“' || case when " ~ start ~ " = " ~ line ~ " then " ~ line ~ " else "
        ~ precision_marketing.without_last_word(start) ~ " || '…' end || '”'") }}
{% endmacro %}
