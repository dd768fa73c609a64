"""What the propensity learns from, of as many users as one asks for."""

# A third of the users bought. The history says something of it, the chance the rest;
# every other user is scored.
FEATURES = """
    select time_window, cast(target as integer) as target_index,
        cast(number as integer) as user_index, true as is_sampled,
        number % 2 = 0 as has_scores,
        case when number % 2 = 0 then 2e0 end as sample_weight,
        number % 3 = 0 as is_buyer, (number * 7 % 11) / 11e0 as feature_noise,
        case when number % 3 = 0 then 3e0 else 0e0 end + number % 5 as feature_orders,
        case when number % 2 = 0 then 1e0 else 0e0 end as chance_is_known,
        case
            when number % 2 = 0
                then case when number % 3 = 0 then 3e0 else 0e0 end + number % 4
            else 0e0
        end as chance_log_odds
    from (select unnest(['train', 'test', 'serve']) as time_window),
        (select unnest(range(2)) as target),
        (select unnest(range({users})) as number)
"""
