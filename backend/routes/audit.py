"""An account's own audit trail: /api/dev/audit."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.access import access
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.schemas.audit import ActorOut, AuditEntryOut, AuditQuery, BrokenEntryOut, VerificationOut
from backend.services.audit_log import AuditFilter, SeenEntry, list_entries
from backend.services.audit_verification import verify
from backend.services.paging import PageRequest
from backend.services.runtime import current_runtime

audit = APIBlueprint("audit", __name__, url_prefix="/audit", tag="Audit")


@audit.get("")
@access("portal:read")
@audit.input(AuditQuery, location="query")
@audit.output(list[AuditEntryOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 422)
def list_audit(query_data: AuditQuery) -> tuple[list[AuditEntryOut], int, dict[str, str]]:
    """Give what happened on one's own account, newest first."""
    wanted = AuditFilter(
        action=query_data.action, key_id=query_data.key_id, begins=query_data.begins, ends=query_data.ends
    )
    found = list_entries(current_viewer(), wanted, PageRequest(query_data.limit, query_data.cursor))
    return [_out(entry) for entry in found.rows], 200, next_link(found.next_cursor)


@audit.get("/verify")
@access("portal:read")
@audit.output(VerificationOut)
def verify_audit() -> VerificationOut:
    """Prove that one's own trail is as it was written: recompute the hash of every entry."""
    found = verify(current_runtime().sessions, current_viewer().account_id)
    broken = found.first_broken
    return VerificationOut(
        is_intact=found.is_intact,
        checked=found.checked,
        first_broken=None if broken is None else BrokenEntryOut(id=broken.id, seq=broken.seq, why=broken.why),
    )


def _out(entry: SeenEntry) -> AuditEntryOut:
    """Give an entry as its owner reads it."""
    row, actor = entry.row, entry.actor
    return AuditEntryOut(
        id=row.id,
        seq=row.seq,
        action=row.action,
        target=row.target,
        actor=ActorOut.model_validate(
            {"type": actor.type, "account_id": actor.account_id, "email": actor.email, "key_id": actor.key_id}
        ),
        ip=entry.ip,
        user_agent=entry.user_agent,
        request_id=row.request_id,
        details=row.details,
        created_at=row.created_at,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
