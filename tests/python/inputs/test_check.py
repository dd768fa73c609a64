"""A folder is checked as a build reads it, all at once; no value is printed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from whole_builds import PROJECT

from precision_marketing.command_line.main import main
from precision_marketing.inputs.check import report
from precision_marketing.inputs.staging import StagedInputs

HERE = ("--project-dir", str(PROJECT))


@pytest.fixture
def check(tmp_path):
    """Return the status and the output of the command on files of these contents."""

    def run(**files: str) -> tuple[int, str]:
        for name, content in files.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        arguments = ["check", "--input-dir", str(tmp_path), *HERE]
        result = CliRunner().invoke(main, arguments)
        return result.exit_code, result.output

    return run


def test_what_stops_a_build_is_said_of_all_files_at_once(check):
    status, output = check(
        **{
            "events.csv": "event_id,user_id,item,occured_at\n1,u1,i1,2025-01-01\n",
            "items.csv": "sku\n1\n",
            "users.csv": "user_id,email_consent\nu1,true\n",
            "campaigns.csv": "a,b\n1,2\n",
            "campaign_spends.csv": "a\n1\n",
            "campaign_touches.parquet": "no Parquet",
        }
    )
    assert status == 3
    stops = output.split("A build would stop:\n")[1]
    for sentence in (
        "`item_id`, `event_type`, `occurred_at` (did you mean `occured_at`?)",
        "The file `items.csv` has a first line that names no column",
        "has a column `email_consent`, which is not read: name it `has_email_consent`",
        "The file `campaigns.csv` has a first line that names no column",
        "`campaign_spends.csv` resembles the input `campaign_spend`",
        "campaign_touches.parquet` is no Parquet file",
    ):
        assert sentence in stops
    assert "not read: item, occured_at" in output


def test_odd_rows_are_counted_by_reason_with_what_helps(check):
    events = ["user_id,item_id,event_type,occurred_at,shoe_size"]
    events += [f"secret{n},i1,view,03.01.2025 10:0{n},44" for n in range(3)]
    events += ["secret9,i1,stared_at,2025-01-03,44", "secret9,i1,view,2025-01-03"]
    events += ["secret9,i1,view,2025-01-03,44"] * 2
    status, output = check(
        **{
            "events.csv": "\n".join(events),
            "items.csv": "item_id,price\ni1,1.234\n",
            "campaigns.csv": "campaign_id,ended_at\nc1,2025-01-31 00:00:00\nc2,\n",
            "notes.xyz": "",
        }
    )
    assert status == 0, output
    for line in (
        "events (required): 1 csv file",
        "  read: user_id, item_id, event_type, occurred_at",
        "  not read: shoe_size",
        "  rows: 7 read, 1 kept, 5 rejected, 1 duplicate",
        "  rejected: invalid_occurred_at, 3 rows (42.9%), most look like `99.99.9999"
        " 99:99`: add input_checks: {time_formats: ['%d.%m.%Y %H:%M']}",
        "  rejected: unknown_event_type, 1 rows (14.3%), most look like `aaaaaa_aa`:"
        " say what they weigh, event_types: {their_name: 1}, or leave them out",
        "  rejected: line that is broken: too_few_cells, 1 rows (14.3%): repair these"
        " lines: marts.rejected_rows of a build has their file and number",
        "  may be thousands: price, decimals_unclear, 1 rows: say which sign is the one"
        " of decimals, input_checks: {decimal_sign: point} or comma",
        "  ended_at: 1 of 1 are days, which end with them",
        "users (optional): not there",
        "Other files, which are not read: notes.xyz",
        "A build would go on.",
    ):
        assert line in output.splitlines()
    assert "secret" not in output
    assert "stared" not in output


def test_a_wrong_setting_is_said_beside_what_the_files_lack(tmp_path):
    for name in ("events", "items"):
        (tmp_path / f"{name}.csv").write_text("item_id\n1\n")
    arguments = ["check", "--input-dir", str(tmp_path), *HERE]
    result = CliRunner().invoke(main, [*arguments, "--vars", "{windows: {labels: 1}}"])
    assert result.exit_code == 3
    assert "`windows` has no key `labels`" in result.output
    assert result.output.count("has no column `user_id`") == 1


def test_the_encoding_and_the_folder_are_those_that_were_given(tmp_path):
    (tmp_path / "events.csv").write_text(
        "user_id,item_id,event_type,occurred_at\nu,i,view,2025-01-01\n"
    )
    (tmp_path / "items.csv").write_bytes("item_id,title\ni,Café\n".encode("latin-1"))
    arguments = ["check", "--input-dir", str(tmp_path), *HERE]
    variables = "{input_files: {encoding: latin-1}, input_dir: /elsewhere}"
    result = CliRunner().invoke(main, [*arguments, "--vars", variables])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, arguments)
    assert "The file `items.csv` is not UTF-8" in result.output
    result = CliRunner().invoke(main, [*arguments, "--vars", "[1]"])
    assert result.output.startswith("Error: --vars is no mapping")


@pytest.fixture
def staged(tmp_path) -> StagedInputs:
    """Give inputs of one row each, and what is odd about them."""
    staged = StagedInputs(tmp_path / "inputs.duckdb", is_staged=True)
    with duckdb.connect(str(staged.database)) as connection:
        connection.execute(
            """
            create schema staging; create schema marts; create schema intermediate;
            create table contract as select 1 as input_place, 'events' as input_name,
                true as is_required_input, 1 as column_place, 'price' as column_name,
                false as is_required;
            create table listed_files as
                select 'events' as input_name, 'csv' as file_format,
                    'events.csv' as file_name;
            create table present_columns as
                select 'events' as input_name, 'price' as column_name;
            create table marts.row_accounting as
                select 'events' as input_name, 1 as rows_read, 1 as rows_kept,
                    0 as rows_rejected, 0 as rows_merged, 2 as key_conflicts;
            create table staging.stg_events_checked as
                select 'x' as rejection_reason, 'kept' as row_status, '' as row_content;
            create table staging.stg_broken_records as
                select '' as input_name, 'x' as rejection_reason;
            create table staging.stg_events as select 'SKU-1' as item_id;
            create table staging.stg_items as select '77' as item_id;
            create table marts.value_gaps as
                select 'events' as input_name, 'price' as column_name,
                    'unreadable' as gap_reason, 3 as row_count;
            create table staging.stg_unmatched_users as
                select 'users' as input_name, 4 as user_count,
                    2 as unmatched_user_count, 'a9' as user_id_shape,
                    '99' as event_user_id_shape;
            create table marts.build_health as
                select 'rows_duplicate' as check_name, 'events' as input_name,
                    'warned' as outcome, 'Many duplicates.' as message;
            """
        )
    return staged


def test_gaps_unknown_ids_and_warnings_are_said_and_stop_nothing(staged):
    lines, is_sound = report(staged)
    assert is_sound
    assert lines[-3:] == [
        "users: 2 of 4 users are not in events; most look like `a9` here and `99`"
        " there: write them alike",
        "events: 1 of 1 items are not in items; most look like `aaa-9` here and `99`"
        " there: write them alike",
        "Many duplicates.",
    ]
    assert lines[2:5] == [
        "  not there: none",
        "  not read: none",
        "  rows: 1 read, 1 kept, 2 key conflicts",
    ]
    assert lines[5].startswith("  taken as missing: price, unreadable, 3 rows: ")


def test_what_the_health_checks_stop_is_no_sound_folder(staged):
    with duckdb.connect(str(staged.database)) as connection:
        connection.execute("update marts.build_health set outcome = 'stopped'")
    lines, is_sound = report(staged)
    assert not is_sound
    assert lines[-2:] == ["A build would stop:", "- Many duplicates."]


def test_a_folder_without_the_project_says_what_to_give(tmp_path):
    folder = str(tmp_path)
    arguments = ["check", "--input-dir", folder, "--project-dir", folder]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "give --project-dir" in result.output
    assert "Traceback" not in result.output


def test_the_sql_of_a_mapping_is_part_of_the_installed_library():
    from precision_marketing.inputs.mapping import MAPPINGS

    assert Path(str(MAPPINGS / "shopify" / "events.sql")).is_file()
