"""The part of SoQL, Socrata's query language, that the sample portal understands."""
