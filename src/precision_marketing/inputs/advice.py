"""What to do about rows that are rejected and values that are not read."""

import re

# The first pattern that is found in a reason, and what then helps.
_ADVICE = (
    (
        r"^line that is broken",
        "repair these lines: marts.rejected_rows of a build has their file and number",
    ),
    (
        r"_in_future$|^in_future_",
        "if these times are right, set the day that is now: input_checks: {as_of:"
        " 2025-01-31}; else their zone is missing",
    ),
    (
        r"_too_early$|^too_early_",
        "if these times are right, set input_checks: {earliest_date: 1980-01-01}; else"
        " leave them empty in the export",
    ),
    (
        r"^unknown_event_type$",
        "say what they weigh, event_types: {their_name: 1}, or leave them out",
    ),
    (r"^unknown_touch_type$", "rename them to a type of docs/inputs.md#columns"),
    (r"^unknown_(campaign|item)$", "add what they name to the input `{0}s`"),
    (
        r"^(.*)_above_maximum$",
        "if they are right, raise input_checks: {{maximum_{0}: 1000000}}",
    ),
    (
        r"^quantity_not_positive$",
        "write returns as events of the type refund, with a quantity above 0",
    ),
    (r"^negative_", "write what is given back as refunds or credits, above 0"),
    (
        r"^missing_(.*)$",
        "fill `{0}` in the export; rows of guests may stay as they are",
    ),
    (r"^ended_before_started$", "exchange the two times"),
    (
        r"^decimals_unclear",
        "say which sign is the one of decimals, input_checks: {decimal_sign: point} or"
        " comma",
    ),
    (
        r"^out_of_range",
        "docs/inputs.md#values-that-cannot-be-read has the range of each column",
    ),
    (
        r"^(invalid|unreadable)_(\w+_id|variant)$",
        "write ids as texts or whole numbers, all digits of them; a header that stands"
        " among the rows is to be left out",
    ),
    (
        r"^(invalid|unreadable)",
        "write numbers with a point, without signs for thousands; true or false; times"
        " as 2025-01-31 10:00:00+01:00",
    ),
)
# How a time is written, its digits as 9, and the format that reads it.
_TIME_FORMATS = (
    (r"9{10}(\.9+)?", "epoch_seconds"),
    (r"9{13}", "epoch_milliseconds"),
    (r"9{16}", "epoch_microseconds"),
    (r"9{8}", "'%Y%m%d'"),
    (r"99?\.99?\.9999", "'%d.%m.%Y'"),
    (r"99?\.99?\.9999 99?:99", "'%d.%m.%Y %H:%M'"),
    (r"99?\.99?\.9999 99?:99:99", "'%d.%m.%Y %H:%M:%S'"),
    (r"99?\.99?\.99", "'%d.%m.%y'"),
    (r"99?\.99?\.99 99?:99", "'%d.%m.%y %H:%M'"),
    # As Excel shows them.
    (r"99?/99?/99", "'%d/%m/%y' or '%m/%d/%y'"),
    (r"99?/99?/99 99?:99", "'%d/%m/%y %H:%M' or '%m/%d/%y %H:%M'"),
    (r"99?/99?/9999", "'%d/%m/%Y' or '%m/%d/%Y'"),
    (r"99?/99?/9999 99?:99", "'%d/%m/%Y %H:%M' or '%m/%d/%Y %H:%M'"),
    (r"99?/99?/9999 99?:99:99", "'%d/%m/%Y %H:%M:%S' or '%m/%d/%Y %H:%M:%S'"),
)
_NO_TIME = "leave times that are not known, or never come, empty: no word is one"


def advise(reason: str, shape: str | None = None) -> str:
    """Return what helps against a reason for which a row or a value is not kept.

    Parameters
    ----------
    reason : str
        As in the mart `rejected_rows`, or `column:reason` of `value_gaps`.
    shape : str, optional
        What most of these values look like, digits as 9 and letters as a.

    Examples
    --------
    >>> advise("invalid_occurred_at", "99.99.9999 99:99")
    "add input_checks: {time_formats: ['%d.%m.%Y %H:%M']}"
    >>> advise("invalid_touched_at", "9/9/99 99:99")
    "add input_checks: {time_formats: ['%d/%m/%y %H:%M' or '%m/%d/%y %H:%M']}"
    >>> advise("invalid_occurred_at", "-aaaaaaaa")
    'leave times that are not known, or never come, empty: no word is one'
    >>> advise("unknown_item")
    'add what they name to the input `items`'
    """
    is_time = re.search("_(at|date)", reason)
    for pattern, time_format in _TIME_FORMATS if is_time else ():
        if re.fullmatch(pattern, shape or ""):
            return f"add input_checks: {{time_formats: [{time_format}]}}"
    if is_time and re.fullmatch(r"-?a+", shape or ""):
        return _NO_TIME
    for pattern, advice in _ADVICE:
        found = re.search(pattern, reason)
        if found:
            return advice.format(*found.groups()) if found.groups() else advice
    return "docs/inputs.md says how values are read and what becomes of a row"
