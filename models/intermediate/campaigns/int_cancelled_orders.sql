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
        pile_from as slice_from
    from piles
    union
    select
        pile_index,
        pile_until as slice_from
    from piles

),

slices as (

    select
        pile_index,
        slice_from,
        lead(slice_from) over (partition by pile_index order by slice_from)
            as slice_until
    from cuts

),

sliced as (

    select
        piles.change_id,
        piles.is_cancellation,
        slices.slice_until - slices.slice_from as pieces,
        lag(piles.change_id) over (
            partition by piles.pile_index, slices.slice_from
            order by piles.change_number
        ) as conversion_id
    from piles
    inner join slices
        on piles.pile_index = slices.pile_index
        and slices.slice_from >= piles.pile_from
        and slices.slice_until <= piles.pile_until

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
