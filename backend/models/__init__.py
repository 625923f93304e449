"""SQLAlchemy tables, one file each. `models` means tables here, never machine learning."""

from backend.models.account import Account
from backend.models.api_metric import APIMetric, APIMetricDay, APIMetricMinute
from backend.models.api_request import APIRequest
from backend.models.app_key import APIKeyQuota, AppKey
from backend.models.audit import AuditEntry, AuditHead
from backend.models.base import Base, db
from backend.models.body_erasure import BodyErasure
from backend.models.call import Call, CallAccount, CallPlace
from backend.models.change_mark import ChangeMark
from backend.models.credit import CreditHold, CreditPosting, CreditTransaction, UserCredits
from backend.models.dev_app import DevApp
from backend.models.exported_api import ExportedAPI
from backend.models.idempotency_record import IdempotencyRecord
from backend.models.job_run import JobRun
from backend.models.journal_segment import JournalSegment
from backend.models.ml_model import MLModel
from backend.models.project import Project, ProjectMember
from backend.models.refresh_token import RefreshToken
from backend.models.usage import APIUsageEvent, APIUsageRollupDay

__all__ = [
    "APIKeyQuota",
    "APIMetric",
    "APIMetricDay",
    "APIMetricMinute",
    "APIRequest",
    "APIUsageEvent",
    "APIUsageRollupDay",
    "Account",
    "AppKey",
    "AuditEntry",
    "AuditHead",
    "Base",
    "BodyErasure",
    "Call",
    "CallAccount",
    "CallPlace",
    "ChangeMark",
    "CreditHold",
    "CreditPosting",
    "CreditTransaction",
    "DevApp",
    "ExportedAPI",
    "IdempotencyRecord",
    "JobRun",
    "JournalSegment",
    "MLModel",
    "Project",
    "ProjectMember",
    "RefreshToken",
    "UserCredits",
    "db",
]
