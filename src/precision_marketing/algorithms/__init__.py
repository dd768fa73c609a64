"""The algorithms: numpy and scipy in, arrow out; nothing here knows dbt."""
