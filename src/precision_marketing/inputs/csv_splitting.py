"""CSV bytes split into records and cells, compiled (RFC 4180, Shafranovich 2005)."""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled

# Of a block with no whole record left: read on.
_INCOMPLETE = -1
# What a record is; those after the first two are broken. The order is the kernel's.
SOUND, LENIENT = 0, 1
REASONS = (
    "sound",
    "lenient",
    "too_few_cells",
    "too_many_cells",
    "record_cut_off",
    "quote_never_closed",
    "text_after_quote",
    "quote_within_cell",
    "cell_too_long",
    "nul_byte",
    "bad_bytes",
)
_TOO_FEW, _TOO_MANY, _CUT_OFF, _UNCLOSED, _AFTER_QUOTE = 2, 3, 4, 5, 6
_WITHIN, _TOO_LONG, _NUL, _BAD_BYTES = 7, 8, 9, 10

_QUOTE, _LF, _CR = 34, 10, 13


@compiled
def _is_utf8(data, start, end):
    """Return whether bytes are UTF-8 as RFC 3629 has it: shortest, no surrogates."""
    i = start
    while i < end:
        first = data[i]
        if first < 0x80:
            i += 1
            continue
        if first < 0xC2 or first > 0xF4:
            return False
        length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        if i + length > end:
            return False
        second = data[i + 1]
        if (
            (first == 0xE0 and second < 0xA0)
            or (first == 0xED and second > 0x9F)
            or (first == 0xF0 and second < 0x90)
            or (first == 0xF4 and second > 0x8F)
        ):
            return False
        for k in range(1, length):
            if data[i + k] & 0xC0 != 0x80:
                return False
        i += length
    return True


@compiled
def _after_break(data, i, is_last):
    """Return where the line after the break at `i` starts, -1 while it is unknown."""
    if data[i] == _CR:
        if i + 1 < data.size:
            return i + 2 if data[i + 1] == _LF else i + 1
        if not is_last:
            return -1
    return i + 1


@compiled
def _next_line(data, start, is_last):
    """Return where the next line starts, -1 where the data ends before."""
    i = start
    while i < data.size and data[i] != _LF and data[i] != _CR:
        i += 1
    return _after_break(data, i, is_last) if i < data.size else -1


@compiled
def _lines(data, start, end):
    """Return the line breaks between two places."""
    found = 0
    for i in range(start, end):
        if data[i] == _LF or (
            data[i] == _CR and (i + 1 >= data.size or data[i + 1] != _LF)
        ):
            found += 1
    return found


@compiled
def _quoted_cell(data, start, is_last, longest, values, to):
    """Copy the cell whose quote opens at `start`.

    Return its state, its end and the end of the copy.
    """
    i = start + 1
    while True:
        while i < data.size and data[i] != _QUOTE:
            values[to] = data[i]
            to += 1
            i += 1
        if i - start > longest:
            return _TOO_LONG, i, to
        if i >= data.size:
            return (_UNCLOSED if is_last else _INCOMPLETE), i, to
        if i + 1 >= data.size and not is_last:
            return _INCOMPLETE, i, to
        if i + 1 >= data.size or data[i + 1] != _QUOTE:
            return SOUND, i + 1, to
        values[to] = _QUOTE
        to += 1
        i += 2


@compiled
def _split_record(data, start, is_last, delimiter, places, longest, values, ends):
    """Split the record at `start`; return its state and where the next one starts."""
    i, column, state, is_quoted, has_break = start, 0, SOUND, False, False
    while True:
        # The last row of the values takes what belongs to no column.
        place = places[column] if column < places.size else -1
        to, begin = ends[place], i
        if i < data.size and data[i] == _QUOTE:
            is_quoted = True
            found, i, to = _quoted_cell(data, i, is_last, longest, values, to)
            if found != SOUND:
                return found, i
            if i < data.size and not (
                data[i] == delimiter or data[i] == _LF or data[i] == _CR
            ):
                return _AFTER_QUOTE, i
        else:
            while i < data.size:
                byte = data[i]
                # As one `in` it takes longer.
                if byte == delimiter or byte == _LF or byte == _CR:  # noqa: SIM109
                    break
                if byte == _QUOTE:
                    state = LENIENT
                values[to] = byte
                to += 1
                i += 1
            if i - begin > longest:
                return _TOO_LONG, i
        if place >= 0:
            ends[place] = to
        if i >= data.size and not is_last:
            return _INCOMPLETE, i
        column += 1
        if i >= data.size:
            break
        if data[i] == delimiter:
            i += 1
            continue
        has_break = True
        end = i
        i = _after_break(data, i, is_last)
        if i < 0:
            return _INCOMPLETE, end
        break
    if column != places.size:
        if column > places.size:
            return _TOO_MANY, i
        return (_TOO_FEW if has_break else _CUT_OFF), i
    # A stray quote that found its end lines below has swallowed what lies between.
    if state == LENIENT and is_quoted and _lines(data, start, i) > has_break:
        return _WITHIN, i
    return _checked_bytes(data, start, i, state), i


@compiled
def _checked_bytes(data, start, end, state):
    """Return the state of a record that is split, by the bytes that it is made of."""
    high, has_nul = np.uint8(0), False
    for i in range(start, end):
        high |= data[i]
        has_nul |= data[i] == 0
    if has_nul:
        return _NUL
    if high >= 0x80 and not _is_utf8(data, start, end):
        return _BAD_BYTES
    return state


@compiled
def split_records(
    data, is_last, delimiter, places, longest, position, values, offsets, lines, states
):
    """Split as many records of a block as it holds whole, or as there is room for.

    A record that cannot be split is broken, and of it the first line alone is given
    up: what a stray quote seems to hold is read again as records. One that is split,
    but holds bytes that are no text, is given up whole.

    Parameters
    ----------
    data : array, shape (n_bytes,), uint8
        A part of a file. The first call of a file starts behind its header.
    is_last : bool
        Whether the file ends with the block.
    delimiter : int
        A byte.
    places : array, shape (n_cells,), int64
        The column that each cell of a record belongs to; -1 for none.
    longest : int
        Bytes of a cell, at most.
    position : array, shape (3,), int64
        Next byte of the block, its line (1-based) and whether the rest of this line
        is to be passed over; moved on.
    values : array, shape ((n_columns + 1) * stride,), uint8
        Written: the bytes of the cells of each column, one after the other, and then
        what belongs to none; stride >= n_bytes.
    offsets : array, shape (n_columns + 1, n_rows + 1), int64
        Written: where the cells end in `values`. The first ones stay: i * stride.
    lines, states : array, shape (n_rows,), int64
        Written: the line on which a record starts; the place in `REASONS` of what it
        is, `SOUND`, `LENIENT` (a quote stands within a cell without quotes) or broken.

    Returns
    -------
    int
        Records written. Where it is less than there is room for, the rest of the
        block needs what comes after it.
    """
    rows = 0
    ends = np.empty(offsets.shape[0], np.int64)
    while rows < lines.size:
        start = position[0]
        if start >= data.size:
            break
        is_blank = data[start] == _LF or data[start] == _CR
        if position[2] or is_blank:
            after = _next_line(data, start, is_last)
            if after >= 0:
                position[0], position[2] = after, 0
                position[1] += 1
                continue
            # A last CR may be half of a CRLF.
            held = not is_last and data[data.size - 1] == _CR
            position[0] = data.size - held
            break
        ends[:] = offsets[:, rows]
        state, after = _split_record(
            data, start, is_last, delimiter, places, longest, values, ends
        )
        if state == _INCOMPLETE:
            break
        is_kept = state <= LENIENT
        if not is_kept:
            ends[:] = offsets[:, rows]
        offsets[:, rows + 1] = ends
        lines[rows], states[rows] = position[1], state
        rows += 1
        if is_kept or state >= _NUL:
            position[1] += _lines(data, start, after)
            position[0] = after
            continue
        after = _next_line(data, start, is_last)
        if after >= 0:
            position[0] = after
            position[1] += 1
        else:
            position[0], position[2] = start, 1
    return rows
