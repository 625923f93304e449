"""Countries of addresses, from a MaxMind-format database on this machine. Nothing is asked of anybody else.

Called by the fold, for each address once in a while. A database that is not to be had costs the countries and never the
calls: it is reported, and countries stay unknown.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import maxminddb

from backend.core.logging import get_logger

ADDRESSES_REMEMBERED = 65_536
CODE_CHARS = 2
log = get_logger(__name__)


class Countries:
    """Answers the ISO 3166-1 alpha-2 code of an address; built by `open_countries`."""

    def __init__(self, reader: maxminddb.Reader) -> None:
        self._reader = reader
        self._remembered = lru_cache(ADDRESSES_REMEMBERED)(self._look_up)

    def __call__(self, address: str) -> str | None:
        """Give the country of an address; None when it is unknown, private or no address."""
        return self._remembered(address)

    def _look_up(self, address: str) -> str | None:
        try:
            known = ipaddress.ip_address(address)
            mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
            found = self._reader.get(mapped or known)
        except (ValueError, maxminddb.InvalidDatabaseError):
            # No address, or one of six groups in a database of four.
            return None
        return _code(found)


def open_countries(path: str) -> Countries | None:
    """Open the database at a path; None where none is set or it cannot be read."""
    if not path:
        return None
    try:
        return Countries(maxminddb.open_database(Path(path)))
    except (OSError, maxminddb.InvalidDatabaseError):
        log.exception("country_database_unreadable", path=path)
        return None


def _code(found: object) -> str | None:
    """Read the code out of a record: MaxMind and DB-IP nest it, IPinfo and others write it flat."""
    if not isinstance(found, Mapping):
        return None
    country = found.get("country")
    code = country.get("iso_code") if isinstance(country, Mapping) else country or found.get("country_code")
    return code.upper() if isinstance(code, str) and len(code) == CODE_CHARS else None
