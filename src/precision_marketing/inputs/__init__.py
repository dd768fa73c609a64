"""The input folder: CSV files split into records, its check, mappings of exports."""
