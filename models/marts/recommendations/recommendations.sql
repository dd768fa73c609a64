-- Grain: one row per user and recommendation rank.
{% set scorers = precision_marketing.scorers() %}
with

published_items as (

    select * from {{ ref("published_items") }}

),

origins as (

    select * from {{ ref("recommendation_origins") }}

),

scorer_reasons as (

    {% for scorer in scorers %}
    select
        '{{ scorer.name }}' as scorer,
        '{{ scorer.reason_code }}' as reason_code,
        '{{ scorer.neighbors }}' as neighbor_table
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

users as (

    select * from {{ ref("int_users") }}

),

items as (

    select * from {{ ref("int_items") }}

),

named as (

    select
        users.user_id,
        published_items.*,
        items.item_id,
        items.title as item_title,
        because_items.item_id as because_item_id,
        coalesce(because_items.title, because_items.item_id) as because_title,
        -- A reason that names an item needs one; without it the reason is general.
        case
            when published_items.placement_rule = 'explored' then 'new'
            when published_items.placement_rule = 'pinned' then 'pinned'
            when scorer_reasons.reason_code in ('because_you_chose', 'similar_content')
                and because_items.item_id is null
                then 'customers_like_you'
            else scorer_reasons.reason_code
        end as reason_code
    from published_items
    inner join users on published_items.user_index = users.user_index
    inner join items on published_items.item_index = items.item_index
    inner join scorer_reasons on published_items.winning_scorer = scorer_reasons.scorer
    left join origins
        on published_items.user_index = origins.user_index
        and published_items.item_index = origins.item_index
        and scorer_reasons.neighbor_table = origins.neighbor_table
        and published_items.placement_rule not in ('pinned', 'explored')
    left join items as because_items
        on origins.because_item_index = because_items.item_index

),

final as (

    select
        user_id,
        cast(ranking_rank as integer) as recommendation_rank,
        item_id,
        item_title,
        score,
        published_ranking,
        placement_rule,
        winning_scorer,
        {% for scorer in scorers %}
        {{ scorer.name }}_contribution,
        {% endfor %}
        reason_code,
        because_item_id,
        case reason_code
            when 'because_you_chose' then 'Because you chose "' || because_title || '".'
            when 'similar_content' then 'Similar to "' || because_title || '".'
            when
                'customers_like_you'
                then 'Customers with a history like yours chose it.'
            when 'new' then 'New to most of our customers.'
            when 'pinned' then 'Selected by our shop.'
            else 'Popular with our customers.'
        end as reason_text
    from named

)

select * from final
