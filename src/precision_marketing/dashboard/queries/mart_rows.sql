-- Rows of each mart.
{each_mart}
order by mart
