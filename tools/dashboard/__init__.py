"""The dashboard of ``monitoring/`` under load, drawn from its queries by way of Prometheus."""
