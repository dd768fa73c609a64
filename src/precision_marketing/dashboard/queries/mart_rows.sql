-- Rows of each mart.
select table_name as mart, estimated_size as row_count
from duckdb_tables()
where schema_name = 'marts' and database_name = current_database()
order by mart
