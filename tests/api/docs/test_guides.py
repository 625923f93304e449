"""The guides: served as pages and as Markdown, and every block of code in them works as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from backend.config import ROOT
from backend.core.errors import AppError
from backend.core.plans import PLANS, TEST_KEY_DAILY_QUOTA
from backend.endpoints import CATALOGUE
from backend.engine.signing import is_signed_by, read_credential, string_to_sign
from backend.services.guide_service import GUIDES
from scripts import signing_vectors
from scripts.errors_doc import kinds
from tests.api.conftest import Person

BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
COMMANDS = {
    "bash": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "-e"],
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def text_of(name: str) -> str:
    return (ROOT / "docs" / "guides" / f"{name}.md").read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Any]:
    """Every block of some languages in all guides, with a name for the report."""
    return [
        pytest.param(language, code, id=f"{name}-{number}-{language}")
        for name in GUIDES
        for number, (language, code) in enumerate(BLOCK.findall(text_of(name)))
        if language in languages
    ]


@pytest.fixture
def environment(app: Flask, alice: Person, exported: dict[str, Any], make_key: Any) -> Iterator[dict[str, str]]:
    """What the guides ask a reader to set, with a server that answers."""
    key = make_key("test", signature_schemes=["v1", "v0"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield {
        "PATH": os.environ["PATH"],
        "MODELPORT_URL": f"http://127.0.0.1:{server.server_port}",
        "API_ID": str(exported["api_id"]),
        "API_KEY": key.secret,
        "KEY_ID": key.key_id,
        "TOKEN": alice.token,
    }
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("language", "code"), blocks("bash", "python", "javascript"))
def test_a_block_of_code_works_as_it_stands(environment: dict[str, str], language: str, code: str) -> None:
    """A reader who sets the variables gets an answer, and a prediction where one is asked for."""
    done = subprocess.run(
        ["/usr/bin/env", *COMMANDS[language], code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if "/api/predict/" in code:
        assert "setosa" in done.stdout


@pytest.mark.parametrize(("language", "code"), blocks("json"))
def test_a_block_of_json_reads(language: str, code: str) -> None:
    """Nothing is left out with dots outside of texts."""
    assert language == "json"
    json.loads(code)


def test_every_block_says_what_it_is() -> None:
    """So that none is left untried."""
    languages = {language for name in GUIDES for language, _code in BLOCK.findall(text_of(name))}
    assert languages <= {"bash", "python", "javascript", "json", "text"}
    assert all(text_of(name).count("```") == 2 * len(BLOCK.findall(text_of(name))) for name in GUIDES)


@pytest.mark.parametrize(("name", "title"), GUIDES.items())
def test_browsers_get_a_page_and_programs_the_markdown(client: FlaskClient, name: str, title: str) -> None:
    """One address for both; the page may run no script but ours, and has none."""
    page, plain = client.get(f"/docs/{name}.md", headers=BROWSER), client.get(f"/docs/{name}.md")
    assert (page.mimetype, plain.mimetype) == ("text/html", "text/markdown")
    assert plain.text == text_of(name)
    assert f"<title>{title} - Modelport</title>" in page.text
    assert "<script" not in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"] + ";"
    assert page.headers["Vary"] == plain.headers["Vary"] == "Accept"


@pytest.mark.parametrize("name", GUIDES)
def test_links_of_a_page_lead_somewhere(client: FlaskClient, name: str) -> None:
    """Links to our own documentation answer."""
    page = client.get(f"/docs/{name}.md", headers=BROWSER).text
    for address in re.findall(r'href="(/docs[^"#]*)', page):
        assert client.get(address).status_code == 200, address


def test_swagger_stays_where_it_was(client: FlaskClient) -> None:
    """The guides live beside it."""
    assert "swagger-ui" in client.get("/docs").text


def test_the_vectors_are_not_stale_and_are_served(client: FlaskClient) -> None:
    """What clients are held against is what the code makes."""
    served = client.get("/docs/signing-vectors.json")
    assert served.mimetype == "application/json"
    assert served.text == signing_vectors.text(), "run .venv/bin/python -m scripts.signing_vectors"


def test_the_vectors_hold_for_a_reader_of_headers() -> None:
    """Each vector's headers carry a signature of its request under its secret."""
    for vector in signing_vectors.vectors()["v1"]:
        read: Any = read_credential(vector["headers"]["X-API-Key"], vector["headers"]["X-Signature"])
        message = string_to_sign(read.timestamp, vector["method"], vector["request_target"], vector["body"].encode())
        assert message.decode() == vector["string_to_sign"]
        assert is_signed_by(vector["secret"].encode(), message, read.signature)
    for vector in signing_vectors.vectors()["v0"]:
        read = read_credential(vector["headers"]["X-API-Key"], "")
        assert is_signed_by(vector["secret"].encode(), vector["body"].encode(), read.signature)


def test_openssl_makes_the_same_signatures() -> None:
    """The file is right by somebody else's cryptography too."""
    for vector in signing_vectors.vectors()["v1"]:
        made = subprocess.run(
            ["/usr/bin/env", "openssl", "dgst", "-sha256", "-hmac", vector["secret"], "-hex"],
            input=vector["string_to_sign"].encode(),
            capture_output=True,
            check=True,
        )
        assert made.stdout.decode().split()[-1] == vector["signature"]


def test_the_billing_guide_says_the_prices_and_plans_of_the_product() -> None:
    """Prices come from the catalogue, allowances from the plans."""
    text = text_of("module-8-billing")
    for kind in CATALOGUE:
        assert f"| `{kind.name}` | {kind.unit} | {kind.unit_price} |" in text
    for plan in PLANS.values():
        numbers = (plan.monthly_credits, plan.calls_per_minute, plan.burst_max, plan.daily_quota_max)
        assert f"| {plan.title} | {' | '.join(f'{number:,}' for number in numbers)} |" in text
    assert f"{TEST_KEY_DAILY_QUOTA:,}" in text


def test_the_api_guide_knows_no_code_that_the_product_does_not(client: FlaskClient) -> None:
    """Every status and code in its table is one of ours."""
    known: set[tuple[str, str]] = {(str(kind.status), kind.code) for kind in kinds(AppError)}
    told = set(re.findall(r"^\| (\d{3}) \| `([A-Z_]+)` \|", text_of("module-6-api"), re.MULTILINE))
    assert len(told) > 8
    assert told <= known
