-- Each check of the inputs: what was measured, and from where on it warns or stops.
select check_name, input_name, measured, unit, warns_above, stops_above, outcome, message
from marts.build_health
order by
    case outcome when 'stopped' then 0 when 'warned' then 1 when 'accepted' then 2 else 3 end,
    check_name, input_name
