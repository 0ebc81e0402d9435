from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/geojson", tags=["geojson"])
