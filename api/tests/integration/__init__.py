"""The whole API, served by uvicorn on real databases."""
