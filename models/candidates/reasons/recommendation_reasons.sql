-- Grain: one row per published user and item: why, as a code and as a sentence with a
-- place for the title.
{% set new_item_days = 30 %}
with

winners as (

    select
        published_items.user_index,
        published_items.item_index,
        parts.part as winning_scorer,
        coalesce(scorers.reason_code, 'selected') as reason_code
    from {{ ref("precision_marketing", "published_items") }} as published_items
    left join {{ ref("precision_marketing", "scorer_parts") }} as parts
        on published_items.user_index = parts.user_index
        and published_items.item_index = parts.item_index
        and parts.is_winner
    left join {{ ref("precision_marketing", "scorer_reasons") }} as scorers
        on parts.part = scorers.scorer

),

facts as (

    select
        winners.*,
        origins.because_item_index,
        origins.because_item_index = winners.item_index as is_itself,
        history_deeds.deed,
        item_features.user_count = 0 as is_untouched,
        -- Without a date of publication nobody knows that it is new.
        items.published_at is not null
        and item_features.age_days < {{ new_item_days }} as is_young,
        segment_favorites.segment_kind
    from winners
    inner join {{ ref("precision_marketing", "int_items") }} as items
        on winners.item_index = items.item_index
    inner join {{ ref("precision_marketing", "int_item_features") }} as item_features
        on winners.item_index = item_features.item_index
        and item_features.time_window = 'serve'
    left join {{ ref("precision_marketing", "recommendation_origins") }} as origins
        on winners.user_index = origins.user_index
        and winners.item_index = origins.item_index
    left join {{ ref("precision_marketing", "history_deeds") }} as history_deeds
        on origins.user_index = history_deeds.user_index
        and origins.because_item_index = history_deeds.item_index
    left join {{ ref("precision_marketing", "int_user_segments") }} as segments
        on winners.user_index = segments.user_index
        and segments.is_nearest
    left join {{ ref("precision_marketing", "segment_favorites") }} as segment_favorites
        on segments.segment_kind = segment_favorites.segment_kind
        and segments.segment = segment_favorites.segment
        and winners.item_index = segment_favorites.item_index

),

coded as (

    select
        *,
        case
            when is_untouched or (is_young and reason_code = 'similar_content')
                then 'new_item'
            when reason_code like 'because_you_%'
                then
                    case
                        when because_item_index is null then 'customers_like_you'
                        when deed = 'bought' then 'because_you_bought'
                        else 'because_you_chose'
                    end
            when reason_code = 'popular' and segment_kind is not null
                then 'popular_in_your_segment'
            else reason_code
        end as given_code
    from facts

),

final as (

    select
        user_index,
        item_index,
        winning_scorer,
        given_code as reason_code,
        because_item_index,
        {{ precision_marketing.reason_template(
            code="given_code",
            deed="deed",
            is_itself="is_itself",
            is_young="is_young",
            is_similar="reason_code = 'similar_content'",
            has_origin="because_item_index is not null",
            segment_kind="segment_kind",
        ) }} as reason_template
    from coded

)

select * from final
