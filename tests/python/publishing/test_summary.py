"""What a run ends with: plain text, at most 100 columns, honest about gaps."""

import duckdb
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from precision_marketing.command_line.main import main
from precision_marketing.publishing.summary import SummaryError, summarize, summary_text
from precision_marketing.publishing.text_table import Column, clean, format_table

MARTS = {
    "recommendations": "user_id varchar, recommendation_rank int, item_id varchar, "
    "item_title varchar, score double, winning_scorer varchar, reason_code varchar, "
    "because_item_id varchar, reason_text varchar",
    "recommender_quality": "time_window varchar, scorer varchar, segment varchar, "
    "metric varchar, k int, metric_value double, interval_lower double, "
    "interval_upper double, popularity_value double, user_count bigint, "
    "is_published boolean",
    "campaign_performance": "campaign_id varchar, variant varchar, "
    "attribution_model varchar, campaign_name varchar, channel varchar, "
    "contacted_user_count bigint, impression_count bigint, click_count bigint, "
    "ctr double, conversion_count bigint, converting_user_count bigint, "
    "spend_amount decimal(18, 2), revenue_amount double, roas double, "
    "currency varchar",
    "row_accounting": "input_name varchar, rows_read bigint, rows_kept bigint, "
    "rows_rejected bigint, rows_duplicate bigint, "
    "rows_merged bigint, rows_erased bigint",
    "rejected_rows": "input_name varchar, rejection_reason varchar",
    "build_health": "check_name varchar, input_name varchar, outcome varchar, "
    "message varchar",
}
LONG_TITLE = "A very long title that says far too much about a plain thing " * 2
ROWS = {
    "recommendations": [
        ("u1", 2, "i2", None, 0.4, "popularity", "popular", None, "Bought by 90 users"),
        ("u1", 1, "i1", "緑茶の葉 🍵", 0.5, "item_cosine", "similar", "i9", LONG_TITLE),
        ("u1", 4, "i4", "Fourth", 0.1, "popularity", "popular", None, "Popular"),
        ("u2", 1, "i3", LONG_TITLE, 0.3, "neural", "similar", "i9", "Like 'Tea'"),
        ("u3", 1, "i5", "Third user's", 0.3, "neural", "similar", "i9", "Like 'Tea'"),
    ],
    "recommender_quality": [
        ("test", "popularity", "all", "ndcg", 10, 0.02, 0.01, 0.03, 0.02, 1234, False),
        ("test", "item_cosine", "all", "ndcg", 10, 0.05, 0.04, 0.06, 0.02, 1234, True),
        ("train", "neural", "all", "ndcg", 10, 0.99, 0.98, 1.0, 0.02, 1234, False),
        ("test", "neural", "new", "ndcg", 10, 0.88, 0.8, 0.9, 0.02, 12, False),
        ("test", "item_cosine", "all", "recall", 20, 0.2, None, None, 0.0, 1234, True),
    ],
    "campaign_performance": [
        ("c10", "treatment", "last_touch", "Spring", "email", 120000, 110000, 2200,
         0.02, 35, 30, 1500.5, 4501.5, 3.0, "EUR"),
        ("c10", "control", "last_touch", "Spring", "email", 0, 0, 0, None, 0, 0, None,
         0.0, None, "EUR"),
        ("18", "treatment", "channel_reported", None, "mail", 1133, None, None, None,
         653, 214, None, None, None, None),
        ("2", "treatment", "channel_reported", None, "mail", 7, None, None, None, 1, 1,
         None, None, None, None),
        ("3", "treatment", "channel_reported", "Nobody", "mail", 7, None, None, None,
         0, 0, None, None, None, None),
    ],
    "row_accounting": [
        ("events", 1469307, 1460405, 8902, 0, 0, 0),
        ("users", 0, 0, 0, 0, 0, 0),
    ],
    "rejected_rows": [
        ("events", "missing_user_id"),
        ("events", "impossible_price"),
        ("events", "missing_user_id"),
    ],
    "build_health": [
        ("rows_rejected", "events", "ok", None),
        ("rows_rejected", "users", "warned", LONG_TITLE.strip() + "."),
        ("currencies_mixed", "campaigns", "warned", "Campaigns are in 2 currencies."),
    ],
}  # fmt: skip


@pytest.fixture
def make_database(tmp_path):
    """Return a function that writes a database with the given marts' rows."""

    def make(rows=ROWS, name="shop.duckdb", schema="marts"):
        path = tmp_path / name
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{path}' as written; create schema written.{schema}"
            )
            for mart in rows:
                table = f"written.{schema}.{mart}"
                connection.execute(f"create table {table} ({MARTS[mart]})")
                for row in rows[mart]:
                    marks = ", ".join("?" * len(row))
                    connection.execute(f"insert into {table} values ({marks})", row)
        return path

    return make


def words(line: str) -> str:
    return " ".join(line.split())


def test_no_line_is_wider_than_100_columns(make_database):
    text, missing = summarize(make_database())
    assert missing == []
    assert max(map(cell_len, text.splitlines())) <= 100


def test_recommendations_show_title_or_id_and_reason_in_rank_order(make_database):
    text, _ = summarize(make_database(), users=2)
    lines = [line for line in text.splitlines() if line.startswith(("u1 ", "u2 "))]
    assert [line.split()[1] for line in lines] == ["1", "2", "1"]
    assert "緑茶の葉 🍵" in lines[0]
    assert " i2 " in lines[1]
    assert "Bought by 90 users" in lines[1]
    assert "Third user's" not in text
    assert "5 recommendations for 3 users." in text


def test_quality_is_of_all_users_in_the_test_window_best_scorer_first(make_database):
    text, _ = summarize(make_database())
    lines = text.splitlines()
    heading = next(i for i, line in enumerate(lines) if "NDCG@10" in line)
    assert words(lines[heading + 2]) == (
        "item_cosine 0.0500 0.0400 to 0.0600 0.0200 2.50 1,234 yes"
    )
    assert lines[heading + 3].startswith("popularity ")
    assert "0.9900" not in text
    assert "0.8800" not in text


@pytest.mark.parametrize(
    ("scorer", "lower", "said"),
    [
        ("item_cosine", 0.021, ""),
        ("item_cosine", None, ""),
        ("item_cosine", 0.02, "Served is item_cosine, which is not surely better than"),
        ("popularity", 0.01, "Served is popularity: on 90 users nothing was surely"),
    ],
)
def test_a_ranking_that_may_be_no_better_than_popularity_is_called_so(
    make_database, scorer, lower, said
):
    row = ("test", scorer, "all", "ndcg", 10, 0.05, lower, 0.06, 0.02, 90, True)
    text, _ = summarize(make_database({**ROWS, "recommender_quality": [row]}))
    assert said in text
    assert ("Served is" in text) == bool(said)


def test_rejected_rows_have_their_reasons(make_database):
    text, _ = summarize(make_database())
    assert "Rejected: events (missing user id 2, impossible price 1)." in text


def test_missing_interval_and_popularity_of_zero_print_a_dash(make_database):
    text, _ = summarize(make_database())
    lines = text.splitlines()
    heading = next(i for i, line in enumerate(lines) if "recall@20" in line)
    assert words(lines[heading + 2]) == "item_cosine 0.2000 - 0.0000 - 1,234 yes"


def test_unmeasured_campaign_numbers_print_a_dash_and_zero_prints_zero(make_database):
    text, _ = summarize(make_database())
    spring = [words(line) for line in text.splitlines() if line.startswith("Spring")]
    assert spring == [
        "Spring control 0 0 0 - 0 - 0 -",
        "Spring treatment 120,000 110,000 2,200 2.00 35 1,500 4,502 3.00",
    ]
    assert "Money in EUR." in text


def test_channel_reported_conversions_show_redeemers_in_campaign_order(make_database):
    text, _ = summarize(make_database())
    lines = [words(line) for line in text.splitlines()]
    second, eighteenth = "2 treatment 7 1 1", "18 treatment 1,133 653 214"
    assert lines.index(second) + 1 == lines.index(eighteenth)
    assert "Nobody" not in text


def test_campaigns_without_anything_to_attribute_get_a_sentence(make_database):
    silent = ("18", "treatment", "last_touch", "Quiet", "mail", 1133, 0, 0, None, 0, 0,
              None, 0.0, None, None)  # fmt: skip
    reported = ROWS["campaign_performance"][2]
    path = make_database({**ROWS, "campaign_performance": [silent, reported]})
    text, _ = summarize(path)
    assert "Last touch found no impression, click, spend or order to count." in text
    assert "1,133" in text
    assert "Quiet" not in text


def test_contacts_are_shown_when_no_channel_reports_anything(make_database):
    silent = ("18", "treatment", "last_touch", "Quiet", "mail", 1133, 0, 0, None, 0, 0,
              None, 0.0, None, None)  # fmt: skip
    text, _ = summarize(make_database({**ROWS, "campaign_performance": [silent]}))
    assert "Quiet" in text
    assert "1,133" in text


def test_long_campaign_table_says_how_many_rows_it_left_out(make_database):
    row = ROWS["campaign_performance"][0]
    rows = [(f"c{i}", *row[1:]) for i in range(45)]
    text, _ = summarize(make_database({**ROWS, "campaign_performance": rows}))
    assert "... and 5 more rows in marts.campaign_performance" in text


def test_empty_marts_give_sentences(make_database):
    text, missing = summarize(make_database({mart: [] for mart in MARTS}))
    assert missing == []
    assert "No recommendations: no user has an eligible item." in text
    assert "Not measured: no user has both" in text
    assert "No campaigns were given." in text
    assert "No input had any rows." in text


def test_row_accounting_names_inputs_without_rows(make_database):
    text, _ = summarize(make_database())
    assert "events  1,469,307  1,460,405     8,902          0       0" in text
    assert "Without rows: users." in text


def test_missing_mart_says_what_to_run_and_the_rest_is_shown(make_database):
    path = make_database({"row_accounting": ROWS["row_accounting"]})
    printed, missing = summary_text(path)
    assert "campaign_performance" in missing
    assert "The mart `campaign_performance` is not in shop.duckdb: run" in printed
    assert "1,469,307" in printed


def test_a_part_that_was_not_built_is_not_missed(make_database):
    marts = {"campaign_performance", "row_accounting", "build_health"}
    text, missing = summarize(make_database({mart: ROWS[mart] for mart in marts}))
    assert missing == []
    assert "Spring" in text
    assert "Recommend" not in text


def test_a_missing_mart_of_a_built_part_is_missed(make_database):
    marts = {"recommendations", "row_accounting", "build_health"}
    _, missing = summarize(make_database({mart: ROWS[mart] for mart in marts}))
    assert missing == ["recommender_quality"]


def test_missing_database_says_what_to_run(tmp_path):
    arguments = ["report", "--published", str(tmp_path / "none.duckdb")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "run `make run` first" in result.stderr


def test_a_wrong_option_is_refused_by_name(make_database):
    arguments = ["report", "--published", str(make_database()), "--users", "-1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "'--users': -1 is not in the range x>=0" in result.stderr


def test_unreadable_database_is_a_clear_error(tmp_path):
    path = tmp_path / "text.duckdb"
    path.write_text("this is no database\n" * 1000)
    with pytest.raises(SummaryError, match="cannot be read"):
        summarize(path)


def test_database_may_be_named_like_its_schema(make_database):
    text, _ = summarize(make_database(name="marts.duckdb"))
    assert "Spring" in text


def test_marts_may_lie_in_a_hosts_schema(make_database):
    path = make_database(schema="analytics_marts")
    assert f"All tables: {path}. Open" in summary_text(path)[0]
    assert "Spring" in summarize(path, schema="analytics_marts")[0]
    with pytest.raises(SummaryError, match="No tables in schema `marts`"):
        summarize(path, schema="marts")


def test_as_many_users_are_shown_as_one_asks_for(make_database):
    path = make_database()
    assert "緑茶" in summary_text(path)[0]
    assert "緑茶" not in summary_text(path, users=0)[0]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("tea", 3),
        ("緑茶", 4),
        ("ｱ", 1),  # half-width katakana
        ("é", 1),
        ("e\u0301", 1),  # combining accent
        ("🍵", 2),
        ("❤\ufe0f", 2),  # narrow sign drawn as emoji
        ("👍🏽", 2),  # skin tone
        ("👩\u200d🍳", 2),  # joined
        ("🇩🇪🇫🇷", 4),  # two flags of two letters each
    ],
)
def test_columns_are_as_wide_as_a_terminal_draws_their_text(text, width):
    table = format_table([Column(""), Column("")], [(text, "|")])
    assert table.splitlines()[-1] == f"{text}  |"
    assert table.splitlines()[1] == f"{'-' * width}  -"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("ab緑茶", "ab …"), ("👩\u200d🍳👩\u200d🍳緑茶", "👩\u200d🍳 …")],
)
def test_shortened_text_never_splits_a_character(text, shown):
    columns = [Column(""), Column("", is_number=True)]
    table = format_table(columns, [(text, "12")], maximum_width=8)
    assert table.splitlines()[-1] == f"{shown}  12"


def test_a_table_has_no_colour_even_where_colour_is_forced(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    table = format_table([Column("[red]a")], [("[bold]b :tea:",)])
    assert table.splitlines() == ["[red]a", "-------------", "[bold]b :tea:"]


def test_title_cannot_send_control_characters_to_the_terminal():
    assert clean("a\x1b[31m\nb\u202ec\td") == "a [31m bc d"


def test_columns_line_up_under_wide_characters():
    columns = [Column("name"), Column("count", is_number=True)]
    table = format_table(columns, [("緑茶", "1"), ("tea", None)])
    assert table.splitlines() == [
        "name  count",
        "----  -----",
        "緑茶      1",
        "tea       -",
    ]


def test_numbers_are_never_shortened():
    columns = [Column("name"), Column("count", is_number=True)]
    table = format_table(columns, [("x" * 50, "123456789")], maximum_width=20)
    assert "123456789" in table
    assert max(map(len, table.splitlines())) == 20
    wide = format_table([columns[1]] * 3, [("123456789",) * 3], maximum_width=20)
    assert wide.splitlines()[-1].split() == ["123456789"] * 3


def test_row_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="1 values for 2 columns"):
        format_table([Column("a"), Column("b")], [("x",)])


def test_what_the_checks_of_the_inputs_say_stands_at_the_end_once(make_database):
    text, _ = summarize(make_database())
    end = words(text.split("Health of the inputs")[1].strip("\n="))
    assert end == f"- Campaigns are in 2 currencies. - {words(LONG_TITLE)}."
    assert text.count("2 currencies") == 1


def test_healthy_inputs_take_one_line(make_database):
    healthy = ROWS | {"build_health": [("rows_rejected", "events", "ok", None)]}
    text, _ = summarize(make_database(healthy))
    assert text.endswith("No check of the inputs has anything to say.")
