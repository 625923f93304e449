"""Guarantees of least privilege: nobody makes or rotates a key that may do more than they."""

from __future__ import annotations

import pytest

from tests.api.conftest import Person, without_request_id
from tests.api.portal import KEYS, key_holder, made, new_key

DOORS = {KEYS: "scopes", "/api/v1/keys": "permissions"}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("scope", ["write", "read", "predict:*", "predict:1"])
def test_a_key_cannot_hand_on_what_it_does_not_hold(alice: Person, door: str, scope: str) -> None:
    """A leaked key of the portal does not become the account."""
    program = key_holder(alice, "portal:*")

    answer = program.post(door, json={"name": "more", DOORS[door]: [scope]})

    assert (answer.status_code, answer.get_json()["error"]["details"]) == (403, {"reason": "scope", "scope": scope})


def test_a_key_hands_on_what_it_holds_in_parts_too(alice: Person) -> None:
    """portal:* is both halves; predict:* is each of the account's APIs."""
    program = key_holder(alice, "portal:*", "read")

    assert new_key(program, scopes=["portal:read", "read"])["scopes"] == ["portal:read", "read"]
    assert new_key(program, scopes=["portal:read", "portal:read"])["scopes"] == ["portal:read"]


def test_an_api_of_somebody_else_and_none_are_refused_alike(
    alice: Person, bob: Person, exported: dict[str, object]
) -> None:
    """Scopes are no way to count another's APIs."""
    theirs = bob.post(KEYS, json={"name": "x", "scopes": [f"predict:{exported['id']}"]})
    absent = bob.post(KEYS, json={"name": "x", "scopes": ["predict:424242"]})
    enormous = bob.post(KEYS, json={"name": "x", "scopes": ["predict:9999999999"]})

    assert theirs.status_code == absent.status_code == enormous.status_code == 403
    shown = [str(without_request_id(theirs)).replace(str(exported["id"]), "N", 2)]
    assert shown == [str(without_request_id(absent)).replace("424242", "N")]


@pytest.mark.parametrize(("own", "other"), [("test", "live"), ("live", "test")])
def test_a_key_makes_keys_of_its_own_environment_only(alice: Person, own: str, other: str) -> None:
    """A test key never turns into a live one, through whichever door."""
    program = key_holder(alice, "portal:*", "read", environment=own)
    app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
    bodies = {
        KEYS: {"scopes": ["read"]},
        "/api/v1/keys": {},
        f"/api/dev/apps/{app_id}/keys": {"scopes": ["read"]},
    }
    for door, body in bodies.items():
        refused = program.post(door, json={"name": "x", "environment": other, **body})
        allowed = program.post(door, json={"name": "x", "environment": own, **body})
        assert (refused.status_code, allowed.status_code) == (403, 201), door
        assert refused.get_json()["error"]["details"] == {"reason": "environment"}


def test_a_test_key_exports_nothing_and_replaces_no_live_key(alice: Person, exported: dict[str, object]) -> None:
    """The keys of exported APIs are live."""
    program = key_holder(alice, "write", environment="test")

    assert program.post(f"/api/export/{exported['model_id']}").status_code == 403
    assert program.post(f"/api/exports/{exported['id']}/regenerate-key").status_code == 403


def test_a_key_cannot_rotate_its_way_to_more(alice: Person) -> None:
    """Rotating shows a secret, so it takes all that the secret may do."""
    mighty = new_key(alice, scopes=["write"])
    program = key_holder(alice, "portal:*")
    equal = new_key(alice, scopes=["portal:read"])

    refused = program.post(f"/api/dev/keys/{mighty['id']}/rotate")

    assert (refused.status_code, refused.get_json()["error"]["details"]["scope"]) == (403, "write")
    assert program.post(f"/api/dev/keys/{equal['id']}/rotate").status_code == 200


def test_a_key_that_ends_makes_and_rotates_to_none_that_outlives_it(alice: Person) -> None:
    """A stolen key in its grace period is no way to stay."""
    ends = "2090-01-01T00:00:00Z"
    lasting = new_key(alice, scopes=["portal:read"])
    program = key_holder(alice, "portal:*", expires_at=ends)
    body = {"name": "x", "scopes": ["portal:read"]}

    for longer in ({}, {"expires_at": "2090-01-01T00:00:01Z"}):
        refused = program.post(KEYS, json={**body, **longer})
        assert (refused.status_code, refused.get_json()["error"]["details"]["reason"]) == (403, "expiry")
    made_key = made(program, KEYS, **body, expires_at=ends)
    assert program.post(f"/api/dev/keys/{lasting['id']}/rotate").status_code == 403
    assert program.post(f"/api/dev/keys/{made_key['id']}/rotate").status_code == 200


def test_a_key_that_ends_exports_nothing_and_replaces_no_key_that_stays(
    alice: Person, exported: dict[str, object]
) -> None:
    """The key of an exported API never ends by itself, so it would be another way to stay."""
    program = key_holder(alice, "write", expires_at="2090-01-01T00:00:00Z")

    for path in (f"/api/export/{exported['model_id']}", f"/api/exports/{exported['id']}/regenerate-key"):
        refused = program.post(path)
        assert (refused.status_code, refused.get_json()["error"]["details"]["reason"]) == (403, "expiry"), path
    [kept] = [one for one in alice.get("/api/exports").get_json() if one["id"] == exported["id"]]
    assert kept["key_id"] == exported["key_id"]


class TestMembers:
    """What members of a project may do with the keys of its apps."""

    @pytest.fixture
    def shared(self, alice: Person, bob: Person) -> str:
        """An app of Alice's in a project where Bob gets his roles."""
        project_id = made(alice, "/api/v1/projects", name="Shared")["id"]
        made(alice, f"/api/v1/projects/{project_id}/members", email=bob.email, role="viewer")
        self.member = f"/api/v1/projects/{project_id}/members/{bob.id}"
        return str(made(alice, "/api/dev/apps", name="Shop", project_id=project_id)["id"])

    @pytest.mark.parametrize(
        ("role", "statuses", "limits_status"),
        [("viewer", (403, 403), 403), ("developer", (201, 403), 403), ("admin", (201, 201), 200)],
    )
    def test_each_role_does_what_it_says(
        self, alice: Person, bob: Person, shared: str, *, role: str, statuses: tuple[int, int], limits_status: int
    ) -> None:
        """Viewers look, developers work in the test environment, administrators of the project in both."""
        door = f"/api/dev/apps/{shared}/keys"
        hers = {env: made(alice, door, name=env, environment=env) for env in ("test", "live")}
        assert alice.patch(self.member, json={"role": role}).status_code == 200

        for environment, status in zip(("test", "live"), statuses, strict=True):
            key_id = hers[environment]["id"]
            assert bob.post(door, json={"name": "x", "environment": environment}).status_code == status
            assert bob.get(f"{KEYS}/{key_id}").status_code == 200
            changed = bob.patch(f"{KEYS}/{key_id}", json={"name": "by a member"})
            rotated = bob.post(f"/api/dev/keys/{key_id}/rotate")
            revoked = bob.post(f"/api/dev/keys/{key_id}/revoke")
            expected = 200 if status == 201 else 403
            assert [changed.status_code, rotated.status_code, revoked.status_code] == [expected] * 3
        limits = bob.put(f"/api/dev/keys/{hers['live']['id']}/limits", json={"sustained_limit": 5})
        assert limits.status_code == limits_status

    def test_a_members_key_belongs_to_the_apps_account_and_only_calls(
        self, alice: Person, bob: Person, exported: dict[str, object], shared: str
    ) -> None:
        """With any other scope a member would be the owner."""
        alice.patch(self.member, json={"role": "admin"})
        door = f"/api/dev/apps/{shared}/keys"
        for scope in ("read", "write", "portal:read", "portal:write", "portal:*"):
            assert bob.post(door, json={"name": "x", "environment": "live", "scopes": [scope]}).status_code == 403

        key = made(bob, door, name="x", environment="live", scopes=[f"predict:{exported['id']}"])

        assert key["id"] in [row["id"] for row in alice.get(KEYS).get_json()]
        assert bob.get(KEYS).get_json() == []

    def test_a_member_cannot_rotate_a_key_that_does_more_than_call(
        self, alice: Person, bob: Person, shared: str
    ) -> None:
        """The owner may put a mighty key into an app; its secret is not the members'."""
        key = made(alice, f"/api/dev/apps/{shared}/keys", name="x", environment="test", scopes=["write"])
        alice.patch(self.member, json={"role": "admin"})

        assert bob.post(f"/api/dev/keys/{key['id']}/rotate").status_code == 403
        assert bob.post(f"/api/dev/keys/{key['id']}/revoke").status_code == 200

    def test_who_leaves_sees_nothing_more(self, alice: Person, bob: Person, shared: str) -> None:
        """At once, and as if it had never been."""
        key = made(alice, f"/api/dev/apps/{shared}/keys", name="x", environment="test")
        assert bob.get(f"{KEYS}/{key['id']}").status_code == 200
        assert alice.delete(self.member).status_code == 204

        assert bob.get(f"{KEYS}/{key['id']}").status_code == 404
        assert bob.get(f"/api/dev/apps/{shared}/keys").status_code == 404


def test_an_administrator_is_not_held_to_a_plan_and_an_owner_is(admin: Person, alice: Person) -> None:
    """The one way beyond a plan is somebody's decision."""
    limits = {"burst_limit": None, "sustained_limit": 50_000, "daily_quota": None}

    lifted, held = new_key(admin, limits=limits), new_key(alice, limits=limits)

    assert (lifted["limits"]["sustained_limit"], lifted["limits"]["plan_applies"]) == (50_000, False)
    assert (held["limits"]["sustained_limit"], held["limits"]["plan_applies"]) == (100, True)
    by_key = new_key(key_holder(admin, "portal:*", "predict:*"), limits=limits)
    assert by_key["limits"]["plan_applies"], "a key of an administrator's is held to the plan"
