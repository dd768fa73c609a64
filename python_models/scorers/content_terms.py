# Grain: one row per field, item and term of the item's own text.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.documents import item_term_batches, terms_schema
    from precision_marketing.build.relations import reader, row_count, to_arrow
    from precision_marketing.build.windows import read_settings

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "content_terms"
    )
    items = dbt.ref("precision_marketing", "int_items")
    learned = row_count(items.filter("is_learned"))
    in_order = to_arrow(items.order("item_index"))
    return reader(terms_schema, item_term_batches(in_order, settings, learned))
