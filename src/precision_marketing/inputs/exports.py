"""Exports of shops, analytics and ad platforms, by the columns that they have."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Export:
    """One file that a system exports.

    Attributes
    ----------
    required, optional : dict of str to str
        Name in the mapping's SQL to a pattern of the name in the file's header, in any
        case. A file with all required ones is this export. What the pattern's group
        finds, such as a currency, is the column `<name>_unit`.
    """

    required: dict[str, str]
    optional: dict[str, str]

    def columns(self, header: list[str]) -> dict[str, re.Match[str] | None] | None:
        """Return for each column what it is in a header; None if it is another file.

        Examples
        --------
        >>> export = Export({"day": "Day"}, {"clicks": "Clicks"})
        >>> export.columns(["day"])
        {'day': <re.Match object; span=(0, 3), match='day'>, 'clicks': None}
        >>> export.columns(["clicks"])
        """
        patterns = self.required | self.optional
        found = {name: _find(pattern, header) for name, pattern in patterns.items()}
        return found if all(found[name] for name in self.required) else None


def _find(pattern: str, header: list[str]) -> re.Match[str] | None:
    # Of several spellings the first of the pattern is wanted, not of the header.
    for spelling in pattern.split("|"):
        for name in header:
            found = re.fullmatch(spelling, name, re.IGNORECASE)
            if found:
                return found
    return None


EXPORTS: dict[str, dict[str, Export]] = {
    # Admin > Orders, Products, Customers > Export; one row per line of an order.
    "shopify": {
        "orders": Export(
            {
                "order_name": "Name",
                "email": "Email",
                "financial_status": "Financial Status",
                "created_at": "Created at",
                "quantity": "Lineitem quantity",
                "line_name": "Lineitem name",
                "price": "Lineitem price",
            },
            {
                "sku": "Lineitem sku",
                "line_discount": "Lineitem discount",
                "cancelled_at": "Cancelled at",
                "refunded_amount": "Refunded Amount",
                "vendor": "Vendor",
                "currency": "Currency",
            },
        ),
        "products": Export(
            {"handle": "Handle", "title": "Title", "body": r"Body \(HTML\)"},
            {
                "sku": "Variant SKU",
                "price": "Variant Price",
                "vendor": "Vendor",
                "category": "Product Category|Type",
                "tags": "Tags",
                "option_1": "Option1 Value",
                "option_2": "Option2 Value",
                "option_3": "Option3 Value",
                "published": "Published",
                "status": "Status",
            },
        ),
        "customers": Export(
            {
                "email": "Email",
                "accepts_email": "Accepts Email Marketing|Accepts Marketing",
                "total_orders": "Total Orders",
            },
            {"country": "Default Address Country Code|Country Code"},
        ),
    },
    # Products > Export; orders of the plugin Advanced Order Export, a row per item.
    "woocommerce": {
        "orders": Export(
            {
                "order_number": "Order Number",
                "order_status": "Order Status",
                "order_date": "Order Date",
                "email": r"Email \(Billing\)",
                "line_name": "Item Name|Product Name|Name",
                "price": "Item Cost",
                "net_quantity": r"Quantity \(- Refund\)|Quantity",
            },
            {
                "sku": "SKU",
                "gross_quantity": "Quantity",
                "country": r"Country Code \(Billing\)",
                "currency": "Order Currency|Currency",
            },
        ),
        "products": Export(
            {
                "type": "Type",
                "sku": "SKU",
                "name": "Name",
                "published": "Published",
                "regular_price": "Regular price",
            },
            {
                "sale_price": "Sale price",
                "short_description": "Short description",
                "description": "Description",
                "categories": "Categories",
                "tags": "Tags",
                "brand": "Brands|Brand",
                "in_stock": r"In stock\?",
            },
        ),
    },
    # The daily tables events_YYYYMMDD of BigQuery, exported as Parquet.
    "ga4": {
        "events": Export(
            {
                "event_name": "event_name",
                "event_timestamp": "event_timestamp",
                "user_pseudo_id": "user_pseudo_id",
                "items": "items",
                "event_params": "event_params",
                "ecommerce": "ecommerce",
            },
            {"user_id": "user_id"},
        ),
    },
    # Campaigns > Segment > Day > Download > .csv
    "google_ads": {
        "spend": Export(
            {"day": "Day", "campaign_name": "Campaign", "cost": "Cost"},
            {"campaign_id": "Campaign ID", "currency": "Currency code"},
        ),
    },
    # Ads Manager > Breakdown > By time > Day > Export table data
    "meta_ads": {
        "spend": Export(
            {
                "campaign_name": "Campaign name",
                "spend": r"Amount spent \(([A-Z]{3})\)",
                "starts": "Day|Reporting starts",
                "ends": "Day|Reporting ends",
            },
            {"campaign_id": "Campaign ID"},
        ),
    },
    # Online Retail, and Online Retail II, whose names differ.
    "uci_online_retail": {
        "lines": Export(
            {
                "invoice": "InvoiceNo|Invoice",
                "stock_code": "StockCode",
                "description": "Description",
                "quantity": "Quantity",
                "invoice_date": "InvoiceDate",
                "price": "UnitPrice|Price",
                "customer_id": "CustomerID|Customer ID",
            },
            {"country": "Country"},
        ),
    },
}
