"""The one blueprint that every page belongs to; `register` in this package hangs it into the app."""

from flask import Blueprint

pages = Blueprint("pages", __name__)
