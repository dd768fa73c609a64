-- Grain: one row per slice of a pile and change that adds it or takes it.
-- Every pile is cut wherever one of its changes begins or ends.
with

piles as (

    select * from {{ ref("precision_marketing", "int_cancellation_piles") }}

),

cuts as (

    select
        pile_index,
        pile_from as level
    from piles
    union
    select
        pile_index,
        pile_until as level
    from piles

),

slices as (

    select
        pile_index,
        level,
        row_number() over by_level as slice_index,
        lead(level) over (by_level) - level as pieces
    from cuts
    window by_level as (partition by pile_index order by level)

),

-- Counted out, not compared: a pile may have very many changes and slices.
crossed as (

    select
        piles.pile_index,
        piles.change_number,
        piles.change_id,
        piles.is_cancellation,
        lowest.slice_index as lowest_index,
        {{ precision_marketing.numbers_up_to(
            "above.slice_index - lowest.slice_index"
        ) }} as slice_number
    from piles
    inner join slices as lowest
        on piles.pile_index = lowest.pile_index and piles.pile_from = lowest.level
    inner join slices as above
        on piles.pile_index = above.pile_index and piles.pile_until = above.level
    where piles.pile_from < piles.pile_until

),

final as (

    select
        crossed.pile_index,
        slices.slice_index,
        crossed.change_number,
        crossed.change_id,
        crossed.is_cancellation,
        slices.pieces
    from crossed
    inner join slices
        on crossed.pile_index = slices.pile_index
        and crossed.lowest_index + crossed.slice_number - 1 = slices.slice_index

)

select * from final
