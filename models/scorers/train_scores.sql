-- Grain: one row per scorer, user and item of window `train`: all lists, whatever they
-- are worth.
{{ config(materialized="view") }}
{% set names = precision_marketing.scorers() | map(attribute="name") | sort %}
with

final as (

    {% for scorer in precision_marketing.scorers() if not scorer.is_droppable %}
    select
        time_window,
        scorer,
        -- Place in alphabetical order, from 0: a number reads faster than a name.
        {{ names.index(scorer.name) }} as scorer_number,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("precision_marketing", scorer.name ~ "_scores") }}
    where time_window = 'train'
    union all
    {% endfor %}
    select
        time_window,
        scorer,
        case scorer
            {% for name in names %}
            when '{{ name }}' then {{ loop.index0 }}
            {% endfor %}
        end as scorer_number,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("precision_marketing", "train_lists") }}

)

select * from final
