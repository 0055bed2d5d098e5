"""The database: tables, statements, engines, and the plan that reads them."""
