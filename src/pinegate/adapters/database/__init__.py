"""PostgreSQL: the only place that knows tables and SQL."""
