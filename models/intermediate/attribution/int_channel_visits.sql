-- Grain: one row per ordered pair of channels of a path: how often a journey that is at
-- the first comes to the second, itself included. The fundamental matrix (I - Q)^-1 of
-- a Markov chain, by Gauss and Jordan's elimination of one channel after another; rows
-- of I - Q are diagonally dominant, so that no pivot is sought.
{% set channel_maximum = 200 %}
with recursive

transitions as (

    select * from {{ ref("precision_marketing", "int_channel_transitions") }}

),

channels as (

    select
        from_channel as channel,
        sum(transition_count) as departure_count,
        row_number() over (order by from_channel) as channel_index,
        count(*) over () as channel_count
    from transitions
    where from_channel is not null
    group by from_channel

),

steps as (

    select
        channels.channel_index as row_index,
        others.channel_index as column_index,
        case
            when channels.channel_count > {{ channel_maximum }}
                then {{ precision_marketing.stop_with(
                    "removal effects are computed for at most " ~ channel_maximum
                    ~ " channels, and the touches name more: give each touch the name"
                    ~ " of its channel, such as `email`, and not that of a campaign or"
                    ~ " a placement"
                ) }}
            else
                cast(channels.channel = others.channel as integer) - coalesce(
                    1e0 * transitions.transition_count, 0e0
                ) / channels.departure_count
        end as element
    from channels
    cross join channels as others
    left join transitions
        on channels.channel = transitions.from_channel
        and others.channel = transitions.to_channel

),

eliminated as (

    select
        1 as pivot_index,
        row_index,
        column_index,
        element
    from steps
    union all
    select
        every.pivot_index + 1 as pivot_index,
        every.row_index,
        every.column_index,
        case
            when
                every.row_index = every.pivot_index
                and every.column_index = every.pivot_index
                then 1e0 / pivots.element
            when every.row_index = every.pivot_index
                then every.element / pivots.element
            when every.column_index = every.pivot_index
                then -every.element / pivots.element
            else
                every.element - same_row.element * same_column.element / pivots.element
        end as element
    from eliminated as every
    inner join eliminated as pivots
        on pivots.row_index = pivots.pivot_index
        and pivots.column_index = pivots.pivot_index
    inner join eliminated as same_row
        on every.row_index = same_row.row_index
        and same_row.column_index = same_row.pivot_index
    inner join eliminated as same_column
        on every.column_index = same_column.column_index
        and same_column.row_index = same_column.pivot_index

),

final as (

    select
        channels.channel as from_channel,
        others.channel as to_channel,
        eliminated.element as visits
    from eliminated
    inner join channels on eliminated.row_index = channels.channel_index
    inner join channels as others on eliminated.column_index = others.channel_index
    where eliminated.pivot_index = channels.channel_count + 1

)

select * from final
