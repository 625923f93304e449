"""Guarantees of the key that seals: read in either spelling, refused when weak, generated once."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from backend.config import SettingError, Settings, encryption_key, prepare_home

KEY = bytes(range(200, 232))


def settings(home: Path, text: str = "") -> Settings:
    """Settings with a home of their own."""
    made = Settings(modelport_home=home / "instance", models_store=home / "store", encryption_key=text)
    prepare_home(made)
    return made


@pytest.mark.parametrize(
    "text",
    [KEY.hex(), KEY.hex().upper(), base64.b64encode(KEY).decode(), base64.urlsafe_b64encode(KEY).decode() + "\n"],
)
def test_hex_and_base64_read_alike(tmp_path: Path, text: str) -> None:
    """As openssl rand writes them, -hex or -base64."""
    assert encryption_key(settings(tmp_path, text)) == KEY


@pytest.mark.parametrize("text", ["secret", "0" * 63, "g" * 64, base64.b64encode(b"k" * 31).decode(), "é" * 44])
def test_another_key_is_refused_by_name(tmp_path: Path, text: str) -> None:
    """A passphrase is no key; the message says how to make one and does not show what came."""
    with pytest.raises(SettingError, match="ENCRYPTION_KEY must be 32 bytes") as refused:
        encryption_key(settings(tmp_path, text))
    assert text not in str(refused.value)


def test_without_one_it_is_generated_once_for_the_owner_alone(tmp_path: Path) -> None:
    """Every worker and every start agree; nobody else on the machine reads it."""
    made = settings(tmp_path)
    first = encryption_key(made)

    assert len(first) == 32
    assert encryption_key(made) == first != encryption_key(settings(tmp_path / "other"))
    assert (made.modelport_home / "encryption_key").stat().st_mode & 0o777 == 0o600
