"""Every setting of Modelport, typed, with unit and default. The only file that reads the environment.

Read by app, bootstrap, cli, serve and jobs; every other floor is handed the values it needs.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from backend.core.placement import processors

SECRET_BYTES = 48
ENCRYPTION_KEY_BYTES = 32
SERVERS = ("granian", "gunicorn")
ROOT = Path(__file__).resolve().parent.parent


class SettingError(ValueError):
    """A setting's text does not read as its type; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The process's settings; the environment variable is the field's name in capitals."""

    host: str = "127.0.0.1"
    port: int = 8000
    server: str = "granian"
    """The web server: granian or gunicorn."""
    public_url: str = ""
    """How callers reach this server, such as https://models.example.com; empty: http://HOST:PORT."""
    modelport_home: Path = ROOT / "instance"
    """Database, journal, shared state and generated secrets; mode 0700."""
    models_store: Path = ROOT / "models_store"
    """Where accepted artefacts are kept."""
    web_root: Path = ROOT / "frontend" / "out"
    """The built web application."""
    database_url: str = ""
    """Empty: SQLite in MODELPORT_HOME."""
    redis_url: str = field(default="", repr=False)
    """Where several machines share limits, credits and changes; empty: one machine, in MODELPORT_HOME."""
    secret_key: str = field(default="", repr=False)
    """Signs sessions; empty: generated once and kept in MODELPORT_HOME."""
    encryption_key: str = field(default="", repr=False)
    """32 bytes in hex or base64; seals what must be read back. Empty: generated once and kept in MODELPORT_HOME."""
    web_concurrency: int = len(processors())
    """Worker processes."""
    web_threads: int = 4
    """Threads of each worker."""
    pin_workers: bool = True
    """Keep each worker on a processor of its own, where there are as many workers as processors."""
    admin_email: str = ""
    """The first administrator; empty: admin@modelport.local."""
    admin_password: str = field(default="", repr=False)
    """Empty: generated and printed once."""
    demo: bool = True
    """Export three demo models on the first start."""
    key_prefix: str = "mp"
    log_retention_days: int = 30
    log_body_bytes_max: int = 16_384
    """Longer request and response bodies are cut in the log."""
    geoip_database: str = ""
    """Path of a MaxMind-format .mmdb file; empty: the log shows no countries."""
    predict_body_bytes_max: int = 1_048_576
    predict_rows_max: int = 10_000
    upload_bytes_max: int = 1_073_741_824
    inspection_seconds_max: int = 60
    inspection_memory_mb_max: int = 4_096
    """On top of four times the file's size."""
    model_cache_size: int = 10
    """Models each worker keeps loaded."""
    model_cache_mb: int = 2_048
    """What they may take together by their estimated size; 0 for no bound."""
    recheck_per_million: int = 1_000
    """Live calls that scikit-learn answers again in the background, of a million; 0 for none."""
    key_calls_per_minute: int = 100
    """The limit a new key gets."""
    credit_hold_seconds: int = 60
    """How long credits stay reserved for a call that never finished; longer than the longest call."""
    auth_calls_per_minute: int = 10
    management_calls_per_minute: int = 600
    """Of one account on the management routes, or of one address without a usable identity."""
    access_token_seconds: int = 3_600
    refresh_token_days: int = 30
    session_cookie_secure: bool = False
    """Set when served over HTTPS: browsers then send the session over HTTPS only."""
    trusted_proxies: int = 0
    """How many reverse proxies in front may set X-Forwarded-For and -Proto."""
    cors_origins: str = ""
    """Comma-separated origins that may call the management API from a browser."""
    metrics_token: str = field(default="", repr=False)
    """When set, /metrics asks for it as a bearer token."""
    log_level: str = "INFO"

    @property
    def base_url(self) -> str:
        """How callers reach this server, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def database_uri(self) -> str:
        """The SQLAlchemy URL; PostgreSQL always through psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{self.modelport_home / 'modelport.db'}"
        scheme, separator, rest = self.database_url.partition("://")
        return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else self.database_url

    @property
    def journal_folder(self) -> Path:
        """Where workers append the records of answered calls."""
        return self.modelport_home / "journal"

    @property
    def shared_state_file(self) -> Path:
        """The memory-mapped file that all workers of this machine share."""
        return self.modelport_home / "state" / "limits.bin"

    @property
    def workers_folder(self) -> Path:
        """Where each worker writes its status once a second."""
        return self.modelport_home / "workers"

    @property
    def metrics_folder(self) -> Path:
        """prometheus_client's multiprocess files."""
        return self.modelport_home / "metrics"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingError: a value that does not read as its type, or names no server.
    """
    source = os.environ if environ is None else environ
    given = {
        item.name: _read(item.name.upper(), str(item.type), source[item.name.upper()])
        for item in fields(Settings)
        if source.get(item.name.upper(), "") != ""
    }
    if given.get("server", SERVERS[0]) not in SERVERS:
        message = f"SERVER must be {' or '.join(SERVERS)}, not {given['server']!r}"
        raise SettingError(message)
    return Settings(**given)  # type: ignore[arg-type]


def _read(name: str, kind: str, text: str) -> object:
    """Read one value as the type that its field declares."""
    if kind == "bool":
        lowered = text.strip().lower()
        if lowered not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            message = f"{name} must be 1 or 0, not {text!r}"
            raise SettingError(message)
        return lowered in {"1", "true", "yes", "on"}
    if kind == "int":
        try:
            return int(text)
        except ValueError:
            message = f"{name} must be a whole number, not {text!r}"
            raise SettingError(message) from None
    return Path(text).resolve() if kind == "Path" else text


def prepare_home(settings: Settings) -> None:
    """Make the home's folders, readable by the owner only."""
    for folder in (
        settings.modelport_home,
        settings.journal_folder,
        settings.shared_state_file.parent,
        settings.workers_folder,
        settings.metrics_folder,
    ):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.modelport_home.chmod(0o700)
    settings.models_store.mkdir(mode=0o700, parents=True, exist_ok=True)


def session_secret(settings: Settings) -> str:
    """Give the key that signs sessions, generating it at the first start; all workers agree on one."""
    if settings.secret_key:
        return settings.secret_key
    return _generated_once(settings.modelport_home / "secret_key", secrets.token_urlsafe(SECRET_BYTES))


def encryption_key(settings: Settings) -> bytes:
    """Give the key that seals secrets, generating it at the first start; all workers agree on one.

    Raises:
        SettingError: not 32 bytes in hex or base64.
    """
    home_file = settings.modelport_home / "encryption_key"
    text = settings.encryption_key or _generated_once(home_file, secrets.token_hex(ENCRYPTION_KEY_BYTES))
    try:
        is_hex = len(text.strip()) == 2 * ENCRYPTION_KEY_BYTES
        # base64 as openssl writes it, or its URL-safe alphabet.
        plain = text.strip().replace("-", "+").replace("_", "/")
        key = bytes.fromhex(text) if is_hex else base64.b64decode(plain, validate=True)
    except ValueError:
        key = b""
    if len(key) != ENCRYPTION_KEY_BYTES:
        message = f"ENCRYPTION_KEY must be {ENCRYPTION_KEY_BYTES} bytes in hex or base64: openssl rand -hex 32"
        raise SettingError(message)
    return key


def _generated_once(path: Path, fresh: str) -> str:
    """Give the secret that a file holds, writing a fresh one where there is none; of several writers one wins."""
    draft = path.with_suffix(f".{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(fresh)
        try:
            # link() fails where another worker was first: whoever loses reads the winner's.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def child_environment(settings: Settings) -> dict[str, str]:
    """Give the environment that child processes need beside their own settings.

    One thread for each linear-algebra library, unless the operator says otherwise: workers share the cores already, and
    a single row gains nothing from more.
    """
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return {**one_thread, **os.environ, "PROMETHEUS_MULTIPROC_DIR": str(settings.metrics_folder)}
