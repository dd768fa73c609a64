-- Grain: one row per kind of segment, segment and item that is popular in it.
{% set most_items = 20 %}
{% set minimum_users = 10 %}
with

history as (

    select * from {{ ref("precision_marketing", "int_user_item_matrix") }}
    where time_window = 'serve'

),

segments as (

    select * from {{ ref("precision_marketing", "int_user_segments") }}

),

available_items as (

    select item_index from {{ ref("precision_marketing", "int_items") }}
    where is_available

),

counted as (

    select
        segments.segment_kind,
        segments.segment,
        history.item_index,
        count(*) as user_count
    from history
    inner join segments on history.user_index = segments.user_index
    inner join available_items on history.item_index = available_items.item_index
    group by segments.segment_kind, segments.segment, history.item_index

),

final as (

    select
        segment_kind,
        segment,
        item_index,
        user_count,
        row_number() over (
            partition by segment_kind, segment order by user_count desc, item_index
        ) as segment_rank
    from counted
    -- Nobody calls popular what five of a small segment have.
    where user_count >= {{ minimum_users }}
    qualify segment_rank <= {{ most_items }}

)

select * from final
