-- Counted here on their own: gaps of three features, and candidates that were kept.
with

counted as (

    select
        time_window,
        count(*) as candidate_count,
        count(*) filter (where affinity__category_share is null) as without_category,
        count(*) filter (where scores__popularity is null) as without_popularity,
        count(*) filter (where user__mean_gap is null) as without_gap
    from {{ ref("precision_marketing", "candidate_feature_values") }}
    group by time_window

),

kept as (

    select
        time_window,
        count(*) as kept_count
    from {{ ref("precision_marketing", "candidate_features") }}
    group by time_window

)

select
    gaps.time_window,
    gaps.feature
from {{ ref("precision_marketing", "feature_gaps") }} as gaps
inner join counted on gaps.time_window = counted.time_window
left join kept on gaps.time_window = kept.time_window
where gaps.candidate_count <> counted.candidate_count
    or (
        gaps.feature = 'affinity__category_share'
        and gaps.missing_count <> counted.without_category
    )
    or (
        gaps.feature = 'scores__popularity'
        and gaps.missing_count <> counted.without_popularity
    )
    or (
        gaps.feature = 'user__mean_gap' and gaps.missing_count <> counted.without_gap
    )
    or (gaps.gap_rule = 'fill' and gaps.candidate_count < kept.kept_count)
    {% if "drop" not in precision_marketing.feature_gap_rules().values() %}
    or gaps.candidate_count <> coalesce(kept.kept_count, 0)
    {% endif %}
