"""What opens a repository on Binder: the files that build its notebooks' environments, and the links.

Pure: locks and names come in, texts go out. Whether the repository is in order is `manager.binding`'s to find out.
"""

from .dockerfile import check_image, recipe
from .estimate import Estimate, estimate, needed
from .events import BUILT, FAILED, BuildEvent, EventReader, parse_event
from .files import FOLDER, LIMITS, MODES, File, Mode, Wish, merge_files, write_files
from .links import DEFAULT_HUB, Badge, Link, badge, check_hub, launch_link, puller_link
from .marker import State, state_of
from .providers import PROVIDERS, WITH_REF, Repository, from_remote, is_commit, parse_repository
from .scripts import notebooks_of
from .targets import MAIN_PLATFORM, Problem, Target, is_kernel_name, is_private, problems

__all__ = [
    "BUILT",
    "DEFAULT_HUB",
    "FAILED",
    "FOLDER",
    "LIMITS",
    "MAIN_PLATFORM",
    "MODES",
    "PROVIDERS",
    "WITH_REF",
    "Badge",
    "BuildEvent",
    "Estimate",
    "EventReader",
    "File",
    "Link",
    "Mode",
    "Problem",
    "Repository",
    "State",
    "Target",
    "Wish",
    "badge",
    "check_hub",
    "check_image",
    "estimate",
    "from_remote",
    "is_commit",
    "is_kernel_name",
    "is_private",
    "launch_link",
    "merge_files",
    "needed",
    "notebooks_of",
    "parse_event",
    "parse_repository",
    "problems",
    "puller_link",
    "recipe",
    "state_of",
    "write_files",
]
