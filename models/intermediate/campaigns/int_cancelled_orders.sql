-- Grain: one row per cancellation and order that it takes back, and one for the rest of
-- it that no order has.
with

piles as (

    select
        *,
        least(height_before, height) as pile_from,
        greatest(height_before, height) as pile_until
    from {{ ref("precision_marketing", "int_cancellation_piles") }}

),

-- Every pile cut wherever one of its changes begins or ends: in a slice pieces are laid
-- down and taken in turn, so a cancellation takes what the change before it laid down.
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
        lead(level) over by_level - level as pieces
    from cuts
    window by_level as (partition by pile_index order by level)

),

-- Counted out, not compared: a pile may have very many changes and slices.
crossed as (

    select
        piles.*,
        lowest.slice_index as lowest_index,
        {{ precision_marketing.numbers_up_to("above.slice_index - lowest.slice_index") }}
            as slice_number
    from piles
    inner join slices as lowest
        on piles.pile_index = lowest.pile_index and piles.pile_from = lowest.level
    inner join slices as above
        on piles.pile_index = above.pile_index and piles.pile_until = above.level
    where piles.pile_from < piles.pile_until

),

sliced as (

    select
        crossed.change_id,
        crossed.is_cancellation,
        slices.pieces,
        lag(crossed.change_id) over (
            partition by slices.pile_index, slices.slice_index
            order by crossed.change_number
        ) as conversion_id
    from crossed
    inner join slices
        on crossed.pile_index = slices.pile_index
        and crossed.lowest_index + crossed.slice_number - 1 = slices.slice_index

),

parts as (

    select
        change_id as refund_id,
        conversion_id,
        sum(pieces) as pieces
    from sliced
    where is_cancellation
    group by change_id, conversion_id
    union all
    select
        change_id as refund_id,
        cast(null as {{ precision_marketing.kind_type("text") }}) as conversion_id,
        pieces - (height_before - height) as pieces
    from piles
    where is_cancellation and pieces > height_before - height

),

-- As the ends of shares of the refund: amounts cut there add up to the whole.
final as (

    select
        refund_id,
        conversion_id,
        cast(sum(pieces) over up_to_this as double)
        / cast(sum(pieces) over whole as double) as share_until,
        cast(sum(pieces) over up_to_this - pieces as double)
        / cast(sum(pieces) over whole as double) as share_from
    from parts
    window
        whole as (partition by refund_id),
        up_to_this as (
            partition by refund_id order by conversion_id nulls last
        )

)

select * from final
