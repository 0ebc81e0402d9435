"""The dashboard of ``monitoring/`` under load, drawn from its queries with Prometheus."""
