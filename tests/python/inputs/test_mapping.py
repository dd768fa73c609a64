"""Exports with the headers that their systems write become inputs, sums kept."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import duckdb
import pytest
from macro_values import MacroValues

from precision_marketing.inputs.exports import EXPORTS
from precision_marketing.inputs.mapping import MAPPINGS, MappingError, map_exports

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
    "Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,"
    "Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References"
)
SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,"
    "Option1 Name,Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,"
    "Option2 Linked To,Option3 Name,Option3 Value,Option3 Linked To,Variant SKU,"
    "Variant Grams,Variant Inventory Tracker,Variant Inventory Policy,"
    "Variant Fulfillment Service,Variant Price,Variant Compare At Price,"
    "Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,"
    "Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Status"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,"
    "Default Address Company,Default Address Address1,Default Address Address2,"
    "Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,"
    "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
WOO_ORDERS = (
    '"Order Number","Order Status","Order Date","Customer Note",'
    '"First Name (Billing)","Last Name (Billing)","Company (Billing)",'
    '"Address 1&2 (Billing)","City (Billing)","State Code (Billing)",'
    '"Postcode (Billing)","Country Code (Billing)","Email (Billing)",'
    '"Phone (Billing)","Item #",SKU,Name,"Product Variation",Quantity,'
    '"Quantity (- Refund)","Item Cost","Order Line (w/o tax)","Order Line Tax",'
    '"Order Line Total","Order Line Total Refunded","Coupon Code","Discount Amount"'
)
WOO_PRODUCTS = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,"
    "Short description,Description,Date sale price starts,Date sale price ends,"
    "Tax status,Tax class,In stock?,Stock,Low stock amount,Backorders allowed?,"
    "Sold individually?,Weight (kg),Length (cm),Width (cm),Height (cm),"
    "Allow customer reviews?,Purchase note,Sale price,Regular price,Categories,"
    "Tags,Shipping class,Images,Download limit,Download expiry days,Parent,"
    "Grouped products,Upsells,Cross-sells,External URL,Button text,Position"
)


def write_rows(path: Path, header: str, rows: list[dict[str, str]]) -> None:
    """Write an export; a cell that is not given is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = next(csv.reader([header]))
    assert not {name for row in rows for name in row} - set(names)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def shopify_line(order: str, **cells: str) -> dict[str, str]:
    names = {"sku", "name", "price", "quantity", "discount"}
    return {"Name": order, "Email": f"{order[1:]}@example.com"} | {
        f"Lineitem {name}" if name in names else name.replace("_", " "): value
        for name, value in cells.items()
    }


@pytest.fixture(scope="module")
def shopify(tmp_path_factory) -> Path:
    """Give the inputs of a shop's orders, products and customers."""
    export = tmp_path_factory.mktemp("shopify") / "export"
    first = {"Financial_Status": "paid", "Refunded_Amount": "0.00", "Currency": "EUR"}
    orders = [
        shopify_line(
            *("#1001",),
            **(
                first | {"Created_at": "2025-01-03 01:26:00 +0100", "Email": "A@x.org "}
            ),
            **{"sku": "TEA", "name": "Tea", "price": "10.00", "quantity": "2"},
            discount="2.00",
        ),
        # Cells of the order are empty in its further lines.
        shopify_line("#1001", name='Cup, 7" - Blue', price="5.00", quantity="1"),
        shopify_line("#1001", name='Cup, 7" - Blue', price="5.00", quantity="1"),
        shopify_line(
            *("#1002",),
            **(first | {"Created_at": "2025-01-04 10:00:00 +0100"}),
            **{"Cancelled_at": "2025-01-05 10:00:00 +0100"},
            **{"sku": "TEA", "name": "Tea", "price": "10.00", "quantity": "3"},
        ),
        shopify_line(
            *("#1003",),
            **{"Financial_Status": "partially_refunded", "Refunded_Amount": "5.00"},
            **{"Created_at": "2025-01-06 10:00:00 -0500"},
            **{"sku": "TEA", "name": "Tea", "price": "10.00", "quantity": "2"},
        ),
        shopify_line(
            *("#1004",),
            **{"Financial_Status": "voided", "Created_at": "2025-01-06 10:00:00 -0500"},
            **{"sku": "TEA", "name": "Tea", "price": "10.00", "quantity": "9"},
        ),
    ]
    orders[1]["Email"] = orders[2]["Email"] = "A@x.org "
    write_rows(export / "orders_export_1.csv", SHOPIFY_ORDERS, orders)
    # Two exports overlap.
    write_rows(export / "orders_export_2.csv", SHOPIFY_ORDERS, orders[:4])
    product = {"Title": "Tea", "Body (HTML)": "<p>Green</p>", "Tags": "hot, green"}
    write_rows(
        export / "products_export.csv",
        SHOPIFY_PRODUCTS,
        [
            {"Handle": "tea", "Variant SKU": "TEA", "Variant Price": "10.00"}
            | product
            | {"Option1 Value": "Default Title", "Status": "active"},
            {"Handle": "tea", "Image Src": "https://example.com/2.jpg"},
            {"Handle": "cup", "Title": 'Cup, 7"', "Option1 Value": "Blue"}
            | {"Variant Price": "5.00", "Status": "draft"},
        ],
    )
    write_rows(
        export / "customers_export.csv",
        SHOPIFY_CUSTOMERS,
        [
            {"Customer ID": "'7", "Email": "a@X.org", "Accepts Email Marketing": "no"}
            | {"Default Address Country Code": "NL", "Total Orders": "1"}
        ],
    )
    out = export.parent / "inputs"
    said = "\n".join(map_exports("shopify", export, out))
    assert "orders_export_1.csv: shopify, orders" in said
    return out


def test_an_order_of_several_lines_keeps_its_lines_and_its_buyer(shopify):
    assert duckdb.sql(
        f"""
        select distinct item_id, quantity, unit_price, occurred_at,
            user_id = md5('a@x.org'), currency
        from '{shopify}/events.parquet' where order_id = '#1001' order by item_id
        """
    ).fetchall() == [
        ('Cup, 7" - Blue', 1, 5, "2025-01-03 01:26:00+0100", True, "EUR"),
        ("TEA", 2, 9, "2025-01-03 01:26:00+0100", True, "EUR"),
    ]


def test_the_package_keeps_what_shopify_sold_and_gave_back(shopify, dbt_project, fetch):
    database = dbt_project.check_inputs(shopify)
    # Of #1001 both cups, of the exports that overlap every line once.
    assert fetch(
        database,
        """
        select order_id, event_type, sum(quantity * unit_price), min(occurred_at)::text
        from staging.stg_events group by all order by order_id, event_type
        """,
    ) == [
        ("#1001", "purchase", 28, "2025-01-03 00:26:00"),
        ("#1002", "purchase", 30, "2025-01-04 09:00:00"),
        ("#1002", "refund", 30, "2025-01-05 09:00:00"),
        ("#1003", "purchase", 20, "2025-01-06 15:00:00"),
        ("#1003", "refund", 5, "2025-01-06 15:00:00"),
    ]
    assert fetch(
        database,
        "select item_id, title, description, tags, price, is_available"
        " from staging.stg_items order by item_id",
    ) == [
        ('Cup, 7" - Blue', 'Cup, 7" - Blue', None, None, 5, False),
        ("TEA", "Tea", "Green", "hot/green", 10, True),
    ]
    assert fetch(
        database,
        "select users.country, has_email_consent from staging.stg_users as users"
        " inner join staging.stg_events as events on users.user_id = events.user_id"
        " where order_id = '#1001' group by all",
    ) == [("NL", False)]


@pytest.mark.parametrize(
    ("header", "date", "customer"),
    [
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,"
            "Country",
            "12/1/2010 8:26",
            "17850",
        ),
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,"
            "Country",
            "2010-12-01 08:26:00",
            "17850.0",
        ),
    ],
    ids=["one", "two"],
)
def test_online_retail_of_both_forms_is_the_same_shop(tmp_path, header, date, customer):
    lines = [
        ("536365", "85123a", "HEART", "6", date, "2.55", customer, "UK"),
        ("C536379", "85123A", "HEART", "-2", date, "2.55", customer, "UK"),
        ("536366", "85123A", "HEART", "1", date, "2.55", "", "UK"),
        ("536365", "POST", "POSTAGE", "1", date, "18", customer, "UK"),
        ("536365", "M", "Manual", "1", date, "1", customer, "UK"),
    ]
    export, out = tmp_path / "export", tmp_path / "inputs"
    export.mkdir()
    text = "\n".join([header, *(",".join(line) for line in lines)])
    # As it is spread, in Latin-1.
    (export / "data.csv").write_bytes(text.replace("HEART", "HEART £").encode("l1"))
    list(map_exports("uci_online_retail", export, out))
    assert duckdb.sql(
        f"""
        select user_id, item_id, event_type, occurred_at::text, quantity, order_id
        from '{out}/events.parquet' order by order_id
        """
    ).fetchall() == [
        ("17850", "85123A", "purchase", "2010-12-01 08:26:00", 6, "536365"),
        (None, "85123A", "purchase", "2010-12-01 08:26:00", 1, "536366"),
        ("17850", "85123A", "refund", "2010-12-01 08:26:00", 2, "C536379"),
    ]
    assert duckdb.sql(
        f"select item_id, title from '{out}/items.parquet'"
    ).fetchall() == [("85123A", "HEART £")]


def test_woocommerce_returns_are_refunds_and_unpaid_orders_none(tmp_path):
    line = {"Order Date": "2025-01-03 10:00", "Email (Billing)": "a@x.org"}
    tea = {"Item #": "1", "SKU": "TEA", "Name": "Tea", "Item Cost": "10.00"}
    write_rows(
        tmp_path / "export" / "orders.csv",
        WOO_ORDERS,
        [
            {"Order Number": number, "Order Status": status, "Quantity": "3"}
            | {"Quantity (- Refund)": net}
            | line
            | tea
            for number, status, net in [
                ("1", "Completed", "3"),
                ("2", "Completed", "1"),
                ("3", "Refunded", "3"),
                ("4", "Cancelled", "3"),
            ]
        ],
    )
    product = {"Published": "1", "In stock?": "1", "Regular price": "12.00"}
    write_rows(
        tmp_path / "export" / "products.csv",
        WOO_PRODUCTS,
        [
            {"Type": "simple", "SKU": "TEA", "Name": "Tea", "Sale price": "10.00"}
            | product
            | {"Categories": "Drinks > Tea, Hot"},
            {"Type": "variable", "SKU": "CUP", "Name": "Cup"} | product,
            {"Type": "variation", "SKU": "CUP-B", "Name": "Cup"}
            | (product | {"In stock?": "0"}),
        ],
    )
    out = tmp_path / "inputs"
    list(map_exports("woocommerce", tmp_path / "export", out))
    assert duckdb.sql(
        f"""
        select order_id, event_type, quantity, unit_price
        from '{out}/events.parquet' order by all
        """
    ).fetchall() == [
        ("1", "purchase", 3, 10),
        ("2", "purchase", 3, 10),
        ("2", "refund", 2, 10),
        ("3", "purchase", 3, 10),
        ("3", "refund", 3, 10),
    ]
    assert duckdb.sql(
        f"select item_id, category, price, is_available from '{out}/items.parquet'"
        " order by all"
    ).fetchall() == [
        ("CUP-B", None, "12.00", False),
        ("TEA", "Drinks > Tea", "10.00", True),
    ]


def test_ga4_items_of_an_event_are_events_of_their_own(tmp_path):
    export, out = tmp_path / "export", tmp_path / "inputs"
    export.mkdir()
    duckdb.sql(
        f"""
        copy (
            select
                name as event_name, 1735867560000000 + number as event_timestamp,
                case when number = 2 then 'u1' end as user_id, 'p.1' as user_pseudo_id,
                [{{key: 'ga_session_id', value: {{string_value: null::varchar,
                    int_value: 77::bigint}}}}, {{key: 'currency', value: {{
                    string_value: 'EUR', int_value: null}}}}] as event_params,
                {{transaction_id: case when number = 2 then 'T1' else '(not set)' end}}
                    as ecommerce,
                list_transform(ids, lambda id: {{item_id: id, item_name: 'Name ' || id,
                    item_brand: 'B', item_category: 'C', price: 2.5::double,
                    quantity: 2::bigint}}) as items
            from (values (0, 'page_view', []::varchar[]), (1, 'view_item', ['a']),
                (2, 'purchase', ['a', 'b'])) as events (number, name, ids)
        ) to '{export}/events_20250103.parquet'
        """
    )
    list(map_exports("ga4", export, out))
    assert duckdb.sql(
        f"""
        select user_id, item_id, event_type, occurred_at::text, quantity * unit_price,
            session_id, order_id, currency
        from '{out}/events.parquet' order by event_type, item_id
        """
    ).fetchall() == [
        ("u1", "a", "purchase", "2025-01-03 01:26:00.000002", 5, "p.1-77", "T1", "EUR"),
        ("u1", "b", "purchase", "2025-01-03 01:26:00.000002", 5, "p.1-77", "T1", "EUR"),
        ("p.1", "a", "view", "2025-01-03 01:26:00.000001", 5, "p.1-77", None, "EUR"),
    ]
    assert duckdb.sql(
        f"from '{out}/items.parquet' select item_id, title, currency order by item_id"
    ).fetchall() == [("a", "Name a", "EUR"), ("b", "Name b", "EUR")]


GOOGLE_ADS = """Campaign report
"January 1, 2025 - January 2, 2025"
Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks
2025-01-01,"Brand, Search",11,EUR,"1,204.50","48,210",30
2025-01-01,"Brand, Search",11,EUR,10.00,100,1
2025-01-02,"Brand, Search",11,EUR,"12,34",100,1
2025-01-02,"Brand, Search",11,EUR,5.00,100,1
Total: Account, --, --,EUR,"1,226.84","48,410",32
"""
META_ADS = """Reporting starts,Reporting ends,Campaign name,Amount spent (USD)
2025-01-01,2025-01-01,Spring,10.50
2025-01-01,2025-01-07,Summer,70.00
"""


@pytest.mark.parametrize(
    ("name", "text", "expected", "campaigns"),
    [
        # Of `12,34` nobody knows what it is, and the day's spend is not made up.
        (
            "google_ads",
            GOOGLE_ADS,
            [("11", "2025-01-01", 1214.5, "EUR"), ("11", "2025-01-02", None, "EUR")],
            [("11", "Brand, Search", "paid_search", "EUR")],
        ),
        (
            "meta_ads",
            META_ADS,
            [("Spring", "2025-01-01", 10.5, "USD"), ("Summer", None, 70, "USD")],
            [
                ("Spring", "Spring", "paid_social", "USD"),
                ("Summer", "Summer", "paid_social", "USD"),
            ],
        ),
    ],
    ids=["google_ads", "meta_ads"],
)
def test_spend_is_that_of_the_day_or_none(tmp_path, name, text, expected, campaigns):
    export, out = tmp_path / "export", tmp_path / "inputs"
    export.mkdir()
    (export / "report.csv").write_text(text)
    list(map_exports(name, export, out))
    assert (
        duckdb.sql(
            "select campaign_id, spend_date::text, spend::double, currency from"
            f" '{out}/campaign_spend.parquet' order by all"
        ).fetchall()
        == expected
    )
    assert (
        duckdb.sql(f"from '{out}/campaigns.parquet' order by all").fetchall()
        == campaigns
    )


def test_items_come_from_the_orders_where_there_are_no_products(tmp_path):
    line = shopify_line("#1", sku="TEA", name="Tea", price="3", quantity="1")
    write_rows(tmp_path / "export" / "orders.csv", SHOPIFY_ORDERS, [line])
    list(map_exports("shopify", tmp_path / "export", tmp_path / "inputs"))
    assert duckdb.sql(
        f"select item_id, title from '{tmp_path}/inputs/items.parquet'"
    ).fetchall() == [("TEA", "Tea")]


def test_a_mapping_that_was_edited_is_kept_and_run(tmp_path):
    (tmp_path / "report.csv").write_text(META_ADS)
    out = tmp_path / "inputs"
    list(map_exports("meta_ads", tmp_path, out))
    edited = out / "mapping" / "campaigns.sql"
    edited.write_text("select 'mine' as campaign_id")
    said = list(map_exports("meta_ads", tmp_path, out))
    assert f"kept {edited}: remove it to have it written anew" in said
    assert duckdb.sql(f"from '{out}/campaigns.parquet'").fetchall() == [("mine",)]


def test_no_row_of_an_export_changes_how_others_are_read(tmp_path):
    export, out = tmp_path / "export", tmp_path / "inputs"
    export.mkdir()
    header = META_ADS.splitlines()[0]
    lines = [f"2025-01-01,2025-01-01,#{n},1.00" for n in range(30_000)]
    # The first quotes come late, after a sign of comments and of patterns.
    lines += [
        '2025-01-01,2025-01-01,"A, ""B""\nC",2.00',
        '2025-01-01,2025-01-01,"",3.00',
    ]
    text = "\ufeff" + "\r\n".join([header, *lines]).replace("\\n", "\n")
    with gzip.open(
        export / "report [1].csv.gz", "wt", encoding="utf-8", newline=""
    ) as f:
        f.write(text)
    list(map_exports("meta_ads", export, out))
    rows = duckdb.sql(
        "select count(*), sum(spend)::integer, max(spend)::integer, min(campaign_id)"
        f" from '{out}/campaign_spend.parquet'"
    )
    assert rows.fetchall() == [(30_002, 30_005, 3, "#0")]
    odd = duckdb.sql(
        f"select campaign_id from '{out}/campaigns.parquet' where campaign_id like 'A%'"
    )
    assert odd.fetchall() == [('A, "B"\nC',)]


def test_a_folder_without_a_known_export_is_said_so(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(MappingError, match=r"No file of .* is an export of shopify"):
        list(map_exports("shopify", tmp_path, tmp_path / "inputs"))


def test_a_broken_export_is_named_without_its_content(tmp_path):
    (tmp_path / "report.csv").write_text(META_ADS + '2025-01-02,"secret\n')
    with pytest.raises(MappingError) as error:
        list(map_exports("meta_ads", tmp_path, tmp_path / "inputs"))
    assert "secret" not in str(error.value)
    assert re.search("line \\d+ is no sound CSV", str(error.value))


@pytest.mark.parametrize(
    "template",
    [file for name in EXPORTS for file in (MAPPINGS / name).iterdir()],
    ids=lambda file: f"{file.parent.name}/{file.name}",
)
def test_every_column_of_the_contract_is_mapped_or_said_to_have_no_source(template):
    text = template.read_text("utf-8")
    contract = MacroValues("inputs").input_contract()
    input_name = template.stem.split("_from_")[0]
    names = {name for name, *_ in contract[input_name]["columns"]}
    head, _, body = text.partition("with\n")
    said = set(re.findall(r"\w+", head)) & names
    selected = set(re.findall(r"\bas (\w+)|^\s+(?:\w+[.])?(\w+),?$", body, re.M))
    mapped = {name for pair in selected for name in pair} & names
    assert mapped | said == names
    assert not mapped & said
