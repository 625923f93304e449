"""A caller's country is what the operator's database says; without one, and for odd addresses, it is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]  # the writer takes no other

from backend.adapters.country import Countries, open_countries


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A database as MaxMind lays it out, and with the flat record of others in it."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-Country")
    writer.insert_network(IPSet(["81.2.69.0/24"]), {"country": {"iso_code": "GB"}})
    writer.insert_network(IPSet(["41.96.0.0/12"]), {"country_code": "dz"})
    writer.insert_network(IPSet(["2001:4860::/32"]), {"country": "US"})
    writer.insert_network(IPSet(["5.5.5.0/24"]), {"continent": {"code": "EU"}})
    made = tmp_path / "country.mmdb"
    writer.to_db_file(str(made))
    return str(made)


@pytest.fixture
def countries(path: str) -> Countries:
    """Reads it."""
    made = open_countries(path)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("81.2.69.142", "GB"),
        ("::ffff:81.2.69.142", "GB"),
        ("41.100.1.1", "DZ"),
        ("2001:4860:4860::8888", "US"),
        ("5.5.5.5", None),
        ("127.0.0.1", None),
        ("unix:", None),
        ("", None),
    ],
)
def test_an_address_has_the_country_of_its_network(countries: Countries, address: str, code: str | None) -> None:
    """Mapped addresses count as what they map; what the database does not know is nothing, and never an error."""
    assert countries(address) == code


def test_an_address_is_looked_up_once(countries: Countries) -> None:
    """A fold of thousands of calls from one address asks the database once."""
    assert {countries("81.2.69.142") for _ in range(50)} == {"GB"}
    assert countries._remembered.cache_info().misses == 1


def test_without_a_database_there_are_no_countries(tmp_path: Path) -> None:
    """No setting, a missing file and a damaged one cost the countries only."""
    damaged = tmp_path / "damaged.mmdb"
    damaged.write_bytes(b"no database")
    assert open_countries("") is open_countries(str(tmp_path / "absent")) is open_countries(str(damaged)) is None
