"""The use cases: what the command line and the server both call.

`Manager` knows environments, pins and plans. It does not know HTTP, a terminal, rattler or uv.
"""

from jupyter_envs.manager.activating import Activation, Location
from jupyter_envs.manager.binder_values import BinderReport, BinderRequest, Places
from jupyter_envs.manager.converting import Conversion, as_file
from jupyter_envs.manager.core import Manager
from jupyter_envs.manager.including import include, named_files
from jupyter_envs.manager.locking import LockPlan, LockRequest, outdated
from jupyter_envs.manager.moments import check_moment
from jupyter_envs.manager.notebook_locks import PinLock
from jupyter_envs.manager.requests import ChangeRequest, CreateRequest, Documents
from jupyter_envs.manager.search import Query, SearchResult
from jupyter_envs.manager.sources import wish_in
from jupyter_envs.manager.values import Detail, ForeignSummary, PinStatus, Summary, to_json

__all__ = [
    "Activation",
    "BinderReport",
    "BinderRequest",
    "ChangeRequest",
    "Conversion",
    "CreateRequest",
    "Detail",
    "Documents",
    "ForeignSummary",
    "Location",
    "LockPlan",
    "LockRequest",
    "Manager",
    "PinLock",
    "PinStatus",
    "Places",
    "Query",
    "SearchResult",
    "Summary",
    "as_file",
    "check_moment",
    "include",
    "named_files",
    "outdated",
    "to_json",
    "wish_in",
]
