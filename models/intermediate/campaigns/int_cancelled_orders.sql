-- Grain: one row per cancellation and order that it takes back, and one for the rest of
-- it that no order has.
with

slices as (

    select * from {{ ref("precision_marketing", "int_cancellation_slices") }}

),

-- In a slice pieces are laid down and taken in turn, so a cancellation takes what the
-- change before it laid down.
taken as (

    select
        change_id,
        is_cancellation,
        pieces,
        lag(change_id) over (
            partition by pile_index, slice_index order by change_number
        ) as conversion_id
    from slices

),

parts as (

    select
        change_id as refund_id,
        conversion_id,
        sum(pieces) as pieces
    from taken
    where is_cancellation
    group by change_id, conversion_id
    union all
    select
        change_id as refund_id,
        cast(null as {{ precision_marketing.kind_type("text") }}) as conversion_id,
        pieces - (pile_until - pile_from) as pieces
    from {{ ref("precision_marketing", "int_cancellation_piles") }}
    where is_cancellation and pieces > pile_until - pile_from

),

-- As the ends of shares of the refund: amounts cut there add up to the whole.
final as (

    select
        refund_id,
        conversion_id,
        cast(sum(pieces) over up_to_this as double)
        / cast(sum(pieces) over whole as double) as share_until,
        cast(sum(pieces) over (up_to_this) - pieces as double)
        / cast(sum(pieces) over whole as double) as share_from
    from parts
    window
        whole as (partition by refund_id),
        up_to_this as (
            partition by refund_id order by conversion_id nulls last
        )

)

select * from final
