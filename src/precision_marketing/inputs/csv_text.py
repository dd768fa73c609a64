"""The text of a CSV file: opened, unpacked and decoded into blocks of UTF-8."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DELIMITERS = (",", ";", "\t", "|")
# Bytes read at a time, and those in which a header has to end.
BLOCK = 1 << 22
# What is no text, by its first bytes.
_MAGIC = {
    b"\x1f\x8b": "is compressed: name it `.csv.gz`",
    b"PK\x03\x04": "is an Excel or zip file: save it as CSV",
    b"PAR1": "is a Parquet file: name it `.parquet`",
    b"\x28\xb5\x2f\xfd": "is compressed by zstd: compress it with gzip",
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# A byte that the encoding does not have becomes what no UTF-8 has: a lone surrogate.
codecs.register_error("precision_marketing", lambda error: ("\udc80", error.end))


class UnreadableFileError(Exception):
    """A file that cannot be read as a whole; the message is the rest of a sentence."""


class Header(NamedTuple):
    """The first record of a file that is not blank.

    Attributes
    ----------
    names : list of str
        Without blanks around them, in lower case.
    delimiter : str
        One of `DELIMITERS`.
    size, lines : int
        Bytes (as UTF-8) and lines up to the record behind it.
    """

    names: list[str]
    delimiter: str
    size: int
    lines: int


def blocks(path: str, encoding: str, size: int = BLOCK) -> Iterator[bytes]:
    """Yield a file as UTF-8 without its byte order mark.

    Parameters
    ----------
    path : str
        Unpacked by gzip where it ends in `.gz`.
    encoding : str
        A codec of Python. Bytes that it does not have become bytes that UTF-8 does
        not have, so that whoever reads on finds them.
    size : int
        Bytes read at a time.

    Yields
    ------
    bytes
        Not empty.

    Raises
    ------
    UnreadableFileError
        The file cannot be opened or unpacked, or is no text.
    """
    is_packed = path.lower().endswith(".gz")
    codec = codecs.lookup(encoding)
    decoder = codec.incrementaldecoder("precision_marketing")
    is_utf_8, is_first, is_done = codec.name == "utf-8", True, False
    try:
        with gzip.open(path) if is_packed else Path(path).open("rb") as file:
            while not is_done:
                raw = file.read(size)
                is_done = not raw
                if is_first:
                    _stop_unless_text(raw, codec.name)
                    # Its byte order mark says so, whatever the other files are.
                    is_utf_8 = is_utf_8 or raw.startswith(codecs.BOM_UTF8)
                block = raw
                if not is_utf_8:
                    block = decoder.decode(raw, is_done).encode(
                        "utf-8", "surrogatepass"
                    )
                if is_first:
                    block, is_first = block.removeprefix(codecs.BOM_UTF8), False
                if block:
                    yield block
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableFileError(
            "is no whole gzip file: write or copy it again"
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"cannot be opened ({error.strerror}): let dbt's user read it"
        ) from error


def _stop_unless_text(start: bytes, encoding: str) -> None:
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise UnreadableFileError(what)
    if encoding.startswith(("utf-16", "utf-32")):
        return
    codec = "utf-16" if start.startswith(_UTF_16) else None
    # Without a byte order mark every other byte of a header is NUL.
    if start[:4].count(0) == 2:
        codec = "utf-16-be" if start[0] == 0 else "utf-16-le"
    if codec:
        raise UnreadableFileError(
            "is UTF-16: save it as UTF-8, or set the var `input_files: {encoding:"
            f" {codec}}}`"
        )
    if start[:8].lower().removeprefix(codecs.BOM_UTF8).startswith(b"sep="):
        raise UnreadableFileError(
            "begins with Excel's `sep=`: delete this line, the delimiter is that of the"
            " header"
        )


def read_start(texts: Iterator[bytes], known: set[str]) -> tuple[bytes, Header | None]:
    """Return the blocks that hold the header as one, and the header.

    Parameters
    ----------
    texts : iterator of bytes
        As `blocks`; what is behind the header's block is left in it.
    known : set of str
        As for `read_header`.
    """
    text, header = b"", None
    for block in texts:
        text += block
        header = read_header(text, known)
        # A header that the block may have cut off is read again with the next.
        if header and (header.size < len(text) or len(text) > BLOCK):
            break
    return text, header


def read_header(text: bytes, known: set[str]) -> Header | None:
    r"""Return the first record that is not blank; None where there is none.

    Parameters
    ----------
    text : bytes
        The start of a file, without a byte order mark.
    known : set of str
        Names that a header may have: of two delimiters the one that finds more of
        them is right, then the one that stands there more often outside quotes.

    Examples
    --------
    >>> read_header(b'"User_ID"; "a,b" ;c\r\n1;2;3\r\n', {"user_id"})[:2]
    (['user_id', '"a,b"', 'c'], ';')
    """
    blank = len(text) - len(text.lstrip(b"\r\n"))
    size = blank + _record_size(text[blank:])
    record = text[blank:size].decode("utf-8", "replace")
    if not record:
        return None
    # Line breaks are counted as the kernel does: CRLF is one.
    lines = len(text[:size].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    choices = []
    for place, delimiter in enumerate(DELIMITERS):
        cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
        names = [" ".join(cell.split()).lower() for cell in cells]
        found = len(known.intersection(names))
        choices.append((found, len(names), -place, names, delimiter))
    *_, names, delimiter = max(choices)
    return Header(names, delimiter, size, lines - 1)


def _record_size(text: bytes) -> int:
    """Return the bytes of the first record, its line break included."""
    is_quoted = False
    for i, byte in enumerate(text):
        if byte == 34:
            is_quoted = not is_quoted
        elif byte in b"\r\n" and not is_quoted:
            return i + 1 + (text[i : i + 2] == b"\r\n")
    # A quote that never closes is part of the header's first line.
    first = text.splitlines(keepends=True)[:1]
    return len(first[0]) if is_quoted and first else len(text)
