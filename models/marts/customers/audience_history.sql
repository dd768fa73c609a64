-- Grain: one row per audience (campaign), user and entry into its contact list.
-- It goes on from the rows that were last published (docs/audiences.md).
{% set memory = precision_marketing.remembered_rows() %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}
    where as_of_at is not null

),

members as (

    select * from {{ ref("precision_marketing", "audience_members") }}

),

{% if memory %}
-- What was written at this time or later is written anew, so that a second build on the
-- same input changes nothing. Who was erased or took consent back is in no row at all.
earlier as (

    select
        rows_before.campaign_id,
        rows_before.user_id,
        rows_before.entered_at,
        case
            when rows_before.exited_at < as_of.as_of_at then rows_before.exited_at
        end as exited_at,
        case
            when rows_before.exited_at < as_of.as_of_at then rows_before.exit_reason
        end as exit_reason
    from {{ memory }} as rows_before
    cross join as_of
    where rows_before.entered_at < as_of.as_of_at

),

{% else %}
earlier as (

    select
        campaign_id,
        user_id,
        cast(null as timestamp) as entered_at,
        cast(null as timestamp) as exited_at,
        cast(null as {{ precision_marketing.kind_type("text") }}) as exit_reason
    from members
    where 1 = 0

),

{% endif %}
final as (

    select
        earlier.campaign_id,
        earlier.user_id,
        earlier.entered_at,
        case
            when earlier.exited_at is not null then earlier.exited_at
            when not members.is_eligible then as_of.as_of_at
        end as exited_at,
        case
            when earlier.exited_at is not null then earlier.exit_reason
            else members.suppression_reason
        end as exit_reason
    from earlier
    cross join as_of
    -- Who was erased or took consent back is no member, and so in no row.
    inner join members
        on earlier.campaign_id = members.campaign_id
        and earlier.user_id = members.user_id
    union all
    select
        members.campaign_id,
        members.user_id,
        as_of.as_of_at as entered_at,
        cast(null as timestamp) as exited_at,
        cast(null as {{ precision_marketing.kind_type("text") }}) as exit_reason
    from members
    cross join as_of
    left join earlier
        on members.campaign_id = earlier.campaign_id
        and members.user_id = earlier.user_id
        and earlier.exited_at is null
    where members.is_eligible and earlier.user_id is null

)

select * from final
