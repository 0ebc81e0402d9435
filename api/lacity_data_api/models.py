"""The tables that the API reads, as Gino knows them; the schema itself is in ``alembic/versions``."""

from __future__ import annotations

from gino import Gino

db = Gino()


class Region(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "regions"
    region_id = db.Column(db.Integer, primary_key=True)
    region_name = db.Column(db.Text)
    latitude = db.Column(db.Float)
    longitude = db.Column(db.Float)


class Council(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "councils"
    council_id = db.Column(db.Integer, primary_key=True)
    council_name = db.Column(db.Text)
    region_id = db.Column(db.Integer)
    website = db.Column(db.Text)
    twitter = db.Column(db.Text)
    latitude = db.Column(db.Float)
    longitude = db.Column(db.Float)


class RequestType(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "request_types"
    type_id = db.Column(db.Integer, primary_key=True)
    type_name = db.Column(db.Text)
    agency_id = db.Column(db.Integer)
    color = db.Column(db.Text)
    description = db.Column(db.Text)


class Agency(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "agencies"
    agency_id = db.Column(db.Integer, primary_key=True)
    agency_name = db.Column(db.Text)
    website = db.Column(db.Text)
    twitter = db.Column(db.Text)


class Source(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "sources"
    source_id = db.Column(db.Integer, primary_key=True)
    source_name = db.Column(db.Text)


class LogEntry(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "log"
    id = db.Column(db.BigInteger, primary_key=True)
    status = db.Column(db.Text)
    message = db.Column(db.Text)
    created_time = db.Column(db.DateTime)
