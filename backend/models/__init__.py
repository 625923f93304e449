"""SQLAlchemy tables, one file each. `models` means tables here, never machine learning."""

from backend.models.account import Account
from backend.models.api_metric import APIMetric, APIMetricMinute
from backend.models.api_request import APIRequest
from backend.models.app_key import APIKeyQuota, AppKey
from backend.models.base import Base, db
from backend.models.change_mark import ChangeMark
from backend.models.exported_api import ExportedAPI
from backend.models.job_run import JobRun
from backend.models.journal_segment import JournalSegment
from backend.models.ml_model import MLModel
from backend.models.refresh_token import RefreshToken

__all__ = [
    "APIKeyQuota",
    "APIMetric",
    "APIMetricMinute",
    "APIRequest",
    "Account",
    "AppKey",
    "Base",
    "ChangeMark",
    "ExportedAPI",
    "JobRun",
    "JournalSegment",
    "MLModel",
    "RefreshToken",
    "db",
]
