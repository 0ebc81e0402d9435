"""The whole city as files: Parquet, GeoParquet, reference tables and a data package."""
