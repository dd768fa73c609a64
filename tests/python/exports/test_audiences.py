"""Audiences as files of customers: hashed, without holdout, refusals and erased."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from precision_marketing.exports.audiences import export_audience
from precision_marketing.exports.faults import ContactsError, ExportError
from precision_marketing.exports.platforms import PLATFORMS
from precision_marketing.exports.record import exports_of, record_of
from precision_marketing.exports.validation import faults_of
from precision_marketing.publishing.publication import PublicationError

pytest.importorskip("phonenumbers")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(shop: Path, contacts: Path | None, name: str, **options):
    out = shop.parent.parent / "sent"
    return export_audience(shop, "c/1", name, out, contacts, country="US", **options)


# u2 refuses ads, u4's contact cannot be read, u5 and u8 have none; u8 is held out too.
COUNTS = {
    **{"audience": 8, "no_consent": 1, "erased": 0, "without_contact": 3, "sent": 3},
    **{"holdout": 1, "unreadable_emails": 1, "unreadable_phones": 1},
    "other_contacts": 2,
}


def test_google_has_addresses_of_gmail_without_points_and_whole_addresses_only(
    shop, contacts
):
    done = export(shop, contacts, "google")
    assert done.folder.name == "c%2F1_google"
    assert done.counts == COUNTS
    first, second, *others = rows_of(done.folder / "upload.csv")
    assert list(first.values()) == [
        *(sha256("ab@gmail.com"), sha256("+16502530001"), sha256("zoë")),
        *(sha256("o'neil"), "US", "94016-1234"),
    ]
    assert second == dict.fromkeys(first, "") | {"Email": sha256("second@example.com")}
    assert [row["Phone"] for row in others] == [
        sha256("+16502530003"),
        sha256("+16502530006"),
    ]


def test_meta_has_names_and_places_without_punctuation_all_hashed(shop, contacts):
    first = rows_of(export(shop, contacts, "meta").folder / "upload.csv")[0]
    assert first == {
        **{"email": sha256("a.b+x@gmail.com"), "phone": sha256("16502530001")},
        **{"fn": sha256("zoë"), "ln": sha256("oneil"), "ct": sha256("sanjosé")},
        **{"st": sha256("ca"), "zip": sha256("94016"), "country": sha256("us")},
    }


def test_tiktok_has_addresses_without_what_follows_a_plus(shop, contacts):
    first = rows_of(export(shop, contacts, "tiktok").folder / "upload.csv")[0]
    assert first == {
        "Email_SHA256": sha256("a.b@gmail.com"),
        "Phone_SHA256": sha256("16502530001"),
    }


def test_tiktoks_own_examples_have_the_hashes_that_it_prints():
    columns = PLATFORMS["tiktok"].columns
    contact = {"email": "janedoe@gmail.com", "phone": "+37493828222"}
    assert [column.written(contact) for column in columns] == [
        "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69",
        "65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4",
    ]


@pytest.mark.parametrize("name", PLATFORMS)
def test_who_is_held_out_refuses_or_was_erased_is_in_no_upload(
    make_shop, contacts, tmp_path, name
):
    """Not by an account of another user with the same address either."""
    shop = make_shop()
    shared = contacts.read_text(encoding="utf-8")
    for user, address in (
        *(("u3", "SEVEN@example.com"), ("u4", "two@example.com")),
        *(("u5", "one@example.com"), ("u6", "x@example.com")),
    ):
        shared += f"{user};{address};;;;;;;;\n"
    contacts.write_text(shared + "u1;one@example.com;;;;;;;;\n", encoding="utf-8")
    build = tmp_path / "later.duckdb"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema history")
        connection.execute(
            "create table history.stg_suppressed_users as "
            "select 's' as salt, sha256('s' || chr(31) || 'u1') as user_hash, "
            "null::timestamp as readmitted_at"
        )
    done = export(shop, contacts, name, database=build)
    assert done.counts["erased"] == 1
    addresses = {row[next(iter(row))] for row in rows_of(done.folder / "upload.csv")}
    for address in ("seven", "two", "one", "second"):
        assert sha256(f"{address}@example.com") not in addresses
    assert {sha256("x@example.com"), sha256("six@example.com")} <= addresses
    held = rows_of(done.folder / "holdout.csv")
    assert [row[next(iter(row))] for row in held] == [sha256("seven@example.com")]


def test_consent_of_the_contacts_counts_too_and_an_odd_word_is_none(shop, contacts):
    lines = contacts.read_text(encoding="utf-8").splitlines()
    words = ["has_ads_consent", "", "Granted", "", "perhaps", "no", "TRUE", "", "", ""]
    contacts.write_text(
        "\n".join(f"{line};{word}" for line, word in zip(lines, words, strict=True)),
        encoding="utf-8",
    )
    done = export(shop, contacts, "tiktok")
    assert done.counts["no_consent"] == 3
    assert done.counts["sent"] == 2


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_for_tools_of_ones_own_the_consent_is_that_of_the_channel(shop, contacts, name):
    done = export(shop, contacts, name)
    # By e-mail: u3 refuses it and u2 does not.
    read = f"from '{done.folder}/upload.{name}'"
    found = duckdb.sql(f"select user_id, count(*) {read} group by all order by all")
    assert found.fetchall() == [("u1", 2), *((f"u{i}", 1) for i in (2, 4, 5, 6))]
    assert duckdb.sql(f"select email {read} where user_id = 'u5'").fetchall() == [
        (None,)
    ]
    held = duckdb.sql(f"select user_id from '{done.folder}/holdout.{name}'").fetchall()
    assert sorted(held) == [("u7",), ("u8",)]
    assert export(shop, None, name).counts["sent"] == 5


def test_exports_are_recorded_for_good_and_compared(make_shop, contacts):
    shop = make_shop()
    first = export(shop, contacts, "google")
    export(shop, contacts, "meta")
    later = make_shop(
        "update marts.audience_members set is_eligible = false, "
        "is_comparison_holdout = false where user_id in ('u1', 'u3');"
        "update marts.audience_members set is_eligible = true, "
        "is_comparison_holdout = false where user_id = 'u9';",
        "build-2",
    )
    assert later == shop
    export(shop, contacts, "google")
    found = [
        (
            *(sent.build_id, sent.format, sent.sent_user_count),
            *(sent.holdout_user_count, sent.added_user_count, sent.gone_user_count),
        )
        for sent in exports_of(shop)
    ]
    assert found == [
        ("build-1", "google", 3, 1, 3, 0),
        ("build-1", "meta", 3, 1, 3, 0),
        ("build-2", "google", 2, 1, 1, 2),
    ]
    assert exports_of(shop)[0].campaign_id == "c/1"
    record = record_of(shop)
    assert record.stat().st_mode & 0o777 == 0o600
    # Salted hashes: no id, and no hash that whoever knows an id could make.
    with duckdb.connect(str(record), read_only=True) as connection:
        hashes = connection.execute("select user_hash from export_users").fetchall()
    assert not {sha256(f"u{i}") for i in range(10)} & {name for (name,) in hashes}
    mark = json.loads((first.folder / "export.json").read_text())
    upload = (first.folder / "upload.csv").read_bytes()
    assert mark["upload_sha256"] == hashlib.sha256(upload).hexdigest()
    assert (mark["build_id"], mark["campaign_id"]) == ("build-2", "c/1")


def test_equal_exports_are_equal_files_whatever_the_order_of_the_contacts(
    shop, contacts
):
    first = export(shop, contacts, "google").folder
    before = [(first / f"{name}.csv").read_bytes() for name in ("upload", "holdout")]
    header, *lines = contacts.read_text(encoding="utf-8").splitlines()
    contacts.write_text("\n".join([header, *reversed(lines)]), encoding="utf-8")
    export(shop, contacts, "google")
    after = [(first / f"{name}.csv").read_bytes() for name in ("upload", "holdout")]
    assert before == after


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"id;email\nu1;a@b.com\n", "has no column user_id"),
        (b"user_id;email;EMAIL\nu1;a@b.com;\n", "has the column email twice"),
        (b"user_id;email\nu1;a@b.com;x\n", "Line 2 of .* has 3 fields and the header"),
        (b"user_id;email\nu1;\xe9\n", "cannot be read as CSV in UTF-8"),
        (b'user_id;email\nu1;"a\n', "cannot be read as CSV in UTF-8"),
    ],
)
def test_contacts_that_cannot_be_read_are_refused_without_their_content(
    shop, contacts, content, reason
):
    contacts.write_bytes(content)
    with pytest.raises(ContactsError, match=reason) as refused:
        export(shop, contacts, "google")
    assert "a@b" not in str(refused.value)
    assert not record_of(shop).exists()


def test_what_cannot_be_exported_is_said_in_one_sentence(shop, contacts, tmp_path):
    with pytest.raises(ExportError, match="There is no audience c2: there are c/1"):
        export_audience(shop, "c2", "csv", tmp_path / "out")
    with pytest.raises(ExportError, match="--country Germany is not two letters"):
        export_audience(shop, "c/1", "csv", tmp_path / "out", country="Germany")
    with pytest.raises(ExportError, match="name a file of contacts with --contacts"):
        export(shop, None, "google")
    contacts.write_text("user_id,note\nu1,x\n")
    with pytest.raises(ExportError, match="have no column email or phone"):
        export(shop, contacts, "google")
    contacts.write_text("user_id,email\nU1,a@example.com\n")
    with pytest.raises(ExportError, match="None of the 1 users of the contacts is in"):
        export(shop, contacts, "google")
    with pytest.raises(ContactsError, match="There is no file of contacts"):
        export(shop, tmp_path / "none.csv", "google")
    with pytest.raises(ExportError, match="There is no published file"):
        export(tmp_path / "none.duckdb", contacts, "google")
    with duckdb.connect(str(shop)) as connection:
        connection.execute("delete from marts.customers where user_id = 'u1'")
    with pytest.raises(PublicationError, match="has not the marts that its record"):
        export(shop, contacts, "google")


def test_a_folder_of_other_files_is_not_replaced_and_a_killed_export_leaves_none(
    shop, contacts, monkeypatch
):
    done = export(shop, contacts, "google")
    (done.folder / "export.json").unlink()
    with pytest.raises(ExportError, match="holds files that no export has written"):
        export(shop, contacts, "google")
    fresh = export(shop, contacts, "tiktok").folder
    before = (fresh / "upload.csv").read_bytes()

    def stop(*arguments):
        raise sqlite3.OperationalError

    monkeypatch.setattr("precision_marketing.exports.audiences.add_export", stop)
    with pytest.raises(sqlite3.OperationalError):
        export(shop, contacts, "tiktok")
    assert (fresh / "upload.csv").read_bytes() == before
    assert sorted(path.name for path in fresh.parent.iterdir()) == [
        *("c%2F1_google", "c%2F1_tiktok")
    ]


HASH = sha256("x")


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("google", f"Email\n{HASH}\n", None),
        ("google", f"Email,Email\n{HASH},\n", None),
        ("google", "Email\nx@example.com\n", "Email is no SHA-256 in lower-case"),
        ("google", f"Email\n{HASH.upper()}\n", "Email is no SHA-256 in lower-case"),
        ("google", f"Email,Zip\n{HASH},1\n", "has not all its headers: Country, First"),
        ("meta", f"email,st\n{HASH}\n", "Other than as many fields as headers: 1 rows"),
        ("meta", f"em\n{HASH}\n", "There is no header 'em'"),
        ("tiktok", "Email_SHA256\n\n", "Other than as many fields as headers"),
        ("tiktok", "Email_SHA256,Phone_SHA256\n,\n", "Nobody is named"),
        ("tiktok", "Email_SHA256\n", "The file has no rows"),
        ("tiktok", ",".join(["Phone_SHA256"] * 4) + "\n", "stands 4 times, at most 3"),
    ],
)
def test_a_file_that_a_platform_refuses_is_found(tmp_path, name, text, fault):
    path = tmp_path / "file.csv"
    path.write_text(text)
    faults, warnings = faults_of(path, PLATFORMS[name])
    if fault is None:
        assert faults == []
        assert len(warnings) == 1
    else:
        assert fault in " ".join(faults)
        assert "example.com" not in " ".join(faults)
