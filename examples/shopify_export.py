"""Write a made-up tea shop as Shopify exports it, and the log of one mailing.

Run `python -m examples.shopify_export --out folder`. docs/tutorial.md maps, builds and
reads it. Half of those who may get e-mail were drawn for the mailing *Tea Week*; it
made `ADDED_ORDERS` of these order tea who would not have. The same bytes each time.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

CUSTOMERS = 1400
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2025, 6, 30, tzinfo=UTC)
MAILED_AT = datetime(2025, 6, 2, 8, tzinfo=UTC)
# Share of the mailed with an order because of the mail.
ADDED_ORDERS = 0.12
CONSENT_SHARE = 0.85
REFUNDED_SHARE = 0.04
VOIDED_SHARE = 0.01

KINDS = {
    "Tea": ("Assam", "Sencha", "Oolong", "Earl Grey", "Pu-erh", "Darjeeling"),
    "Coffee": ("Sidamo", "Antigua", "Huila", "Santos", "Mandheling", "Kona"),
    "Chocolate": ("Dark 70 %", "Milk", "Sea Salt", "Hazelnut", "Orange", "Ruby"),
    "Cups": ("Glass Cup", "Clay Cup", "Travel Mug", "Bowl", "Espresso Cup", "Tumbler"),
    "Pots": ("Gongfu Pot", "Iron Pot", "French Press", "Moka Pot", "Dripper", "Kettle"),
}
SIZES = ("small", "large")
PRICES = {"Tea": 9, "Coffee": 11, "Chocolate": 4, "Cups": 14, "Pots": 32}
VENDORS = ("Leaf & Bean", "Kaffeewerk", "Atelier Nord")
FIRST_NAMES = (
    *("ada", "ben", "chen", "dora", "emil", "fatma", "gita", "hugo"),
    "ines",  # codespell:ignore
)
LAST_NAMES = ("berg", "costa", "dahl", "evans", "fischer", "garcia", "huang", "ito")
COUNTRIES = ("DE", "NL", "FR", "GB")

Row = dict[str, Any]


def products() -> list[Row]:
    """Return the catalogue: two sizes of six products in each of five kinds."""
    rows = []
    for kind, names in KINDS.items():
        for place, name in enumerate(names):
            title = f"{name} {kind.removesuffix('s')}" if kind != "Pots" else name
            for size in SIZES:
                price = PRICES[kind] * (1 + place / 10) * (2 if size == "large" else 1)
                handle = title.lower().replace(" % ", "-").replace(" ", "-")
                is_first = size == SIZES[0]
                rows.append(
                    {
                        "Handle": handle,
                        "Title": title if is_first else "",
                        "Body (HTML)": f"<p>{title}, chosen by us.</p>"
                        if is_first
                        else "",
                        "Vendor": VENDORS[place % len(VENDORS)] if is_first else "",
                        "Type": kind if is_first else "",
                        "Tags": kind.lower() if is_first else "",
                        "Published": "true" if is_first else "",
                        "Option1 Name": "Size" if is_first else "",
                        "Option1 Value": size,
                        "Variant SKU": f"{kind[:2].upper()}-{place + 1}{size[0]}",
                        "Variant Price": f"{price:.2f}",
                        "Status": "active" if is_first else "",
                    }
                )
    return rows


def customers(chance: random.Random) -> list[Row]:
    """Return the customers, with what they like and how often they order."""
    return [
        {
            "Email": f"{chance.choice(FIRST_NAMES)}.{chance.choice(LAST_NAMES)}"
            f"{number}@example.com",
            "Accepts Email Marketing": "yes"
            if chance.random() < CONSENT_SHARE
            else "no",
            "Default Address Country Code": chance.choice(COUNTRIES),
            "liked": chance.sample(list(KINDS), 2),
            "days_between_orders": 150 / chance.gammavariate(2.0, 2.0),
        }
        for number in range(CUSTOMERS)
    ]


def mailing(chance: random.Random, everybody: list[Row]) -> list[Row]:
    """Return whom the mailing was drawn for, and what became of each mail."""
    rows = []
    for customer in everybody:
        if customer["Accepts Email Marketing"] == "no":
            continue
        row = {"Email": customer["Email"], "Group": chance.choice(("mailed", "held"))}
        if row["Group"] == "mailed":
            opened = MAILED_AT + timedelta(minutes=chance.expovariate(1 / 600))
            row["Sent At"] = _iso(MAILED_AT)
            if chance.random() < 0.45:
                row["Opened At"] = _iso(opened)
                if chance.random() < 0.4:
                    row["Clicked At"] = _iso(opened + timedelta(minutes=1))
        rows.append(row)
    return rows


def orders(
    chance: random.Random, everybody: list[Row], catalogue: list[Row], drawn: list[Row]
) -> list[Row]:
    """Return the lines of all orders by time; only an order's first has its cells."""
    by_kind: dict[str, list[tuple[str, Row]]] = {}
    product: Row = {}
    for variant in catalogue:
        product = variant if variant["Title"] else product
        line = {
            "Lineitem name": f"{product['Title']} - {variant['Option1 Value']}",
            "Lineitem price": variant["Variant Price"],
            "Lineitem sku": variant["Variant SKU"],
            "Vendor": product["Vendor"],
        }
        by_kind.setdefault(product["Type"], []).append(line)
    mailed = {row["Email"] for row in drawn if row["Group"] == "mailed"}
    times: list[tuple[datetime, str, list[str]]] = []
    for customer in everybody:
        wait = customer["days_between_orders"]
        at = FIRST_DAY + timedelta(days=chance.expovariate(1 / wait))
        while at < LAST_DAY:
            kinds = chance.choices(
                [*customer["liked"], chance.choice(list(KINDS))],
                weights=(6, 3, 1),
                k=chance.choice((1, 1, 2, 3)),
            )
            times.append((at, customer["Email"], kinds))
            at += timedelta(days=chance.expovariate(1 / wait))
        if customer["Email"] in mailed and chance.random() < ADDED_ORDERS:
            at = MAILED_AT + timedelta(days=chance.uniform(0.1, 6))
            times.append((at, customer["Email"], ["Tea"]))
    return list(_order_lines(chance, sorted(times), by_kind))


def _order_lines(
    chance: random.Random,
    times: list[tuple[datetime, str, list[str]]],
    by_kind: dict[str, list[Row]],
) -> Iterator[Row]:
    for number, (at, email, kinds) in enumerate(times, start=1001):
        # The first of a kind sells most.
        lines = [
            chance.choices(by_kind[kind], weights=range(len(by_kind[kind]), 0, -1))[0]
            for kind in kinds
        ]
        fate = chance.random()
        status = "paid"
        if fate < VOIDED_SHARE:
            status = "voided"
        elif fate < VOIDED_SHARE + REFUNDED_SHARE:
            status = "partially_refunded"
        given_back = lines[0]["Lineitem price"] if status.endswith("ed") else "0.00"
        whole = {
            "Financial Status": status,
            "Currency": "EUR",
            "Created at": at.strftime("%Y-%m-%d %H:%M:%S +0000"),
            "Refunded Amount": given_back if status != "voided" else "0.00",
        }
        for place, line in enumerate(lines):
            row = {"Name": f"#{number}", "Email": email, "Lineitem quantity": 1, **line}
            yield row | (whole if place == 0 else {})


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


ORDER_COLUMNS = (
    *("Name", "Email", "Financial Status", "Currency", "Created at"),
    *("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku"),
    *("Cancelled at", "Refunded Amount", "Vendor", "Lineitem discount"),
)
CUSTOMER_COLUMNS = (
    *("Email", "Accepts Email Marketing", "Default Address Country Code"),
    "Total Orders",
)
MAILING_COLUMNS = ("Email", "Group", "Sent At", "Opened At", "Clicked At")


def write_export(out: Path) -> list[tuple[Path, int]]:
    """Write the shop's export and the mailing's log.

    Parameters
    ----------
    out : Path
        Folder to write `export/orders.csv`, `products.csv`, `customers.csv` and
        `mailing.csv` to.

    Returns
    -------
    list of (Path, int)
        Each file and its rows.
    """
    chance = random.Random(20250630)
    catalogue = products()
    everybody = customers(chance)
    drawn = mailing(chance, everybody)
    lines = orders(chance, everybody, catalogue, drawn)
    counts: dict[str, int] = {}
    for line in lines:
        counts[line["Email"]] = counts.get(line["Email"], 0) + ("Currency" in line)
    for customer in everybody:
        customer["Total Orders"] = counts.get(customer["Email"], 0)
    export = out / "export"
    files = (
        (export / "orders.csv", ORDER_COLUMNS, lines),
        (export / "products.csv", tuple(catalogue[0]), catalogue),
        (export / "customers.csv", CUSTOMER_COLUMNS, everybody),
        (out / "mailing.csv", MAILING_COLUMNS, drawn),
    )
    return [(path, _write(path, columns, rows)) for path, columns, rows in files]


def _write(path: Path, columns: Iterable[str], rows: list[Row]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where to write.",
)
def main(out: Path) -> None:
    """Write a made-up tea shop as Shopify exports it, and the log of one mailing."""
    for path, rows in write_export(out):
        print(f"{path}: {rows:,} rows")


if __name__ == "__main__":
    main(prog_name="python -m examples.shopify_export")
