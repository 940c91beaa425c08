"""What Binder would stumble over, found before anybody waits for a build. Reads; asks no network."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs import binder, envfile, gitstate
from jupyter_envs import pin as pins
from jupyter_envs.binder import Repository, State, Target
from jupyter_envs.errors import GitProblem
from jupyter_envs.gitstate import Checkout, FileState
from jupyter_envs.manager.binder_values import Change, Finding
from jupyter_envs.manager.notebooks import Pinned
from jupyter_envs.redact import clean_url

SHA1_LENGTH = 40

_NOT_AS_COMMITTED = {
    FileState.MODIFIED: ("modified", "changed since the commit", "git add {paths} && git commit"),
    FileState.UNTRACKED: ("not-committed", "not committed", "git add {paths} && git commit"),
    FileState.IGNORED: ("ignored", "ignored by git", "git add --force {paths} && git commit"),
}


@dataclass(frozen=True)
class Ground:
    """The checkout (None without one), the commit that the link opens (empty without one), and the repository."""

    checkout: Checkout | None = None
    commit: str = ""
    repository: Repository | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def look(folder: Path | None, ref: str, published: Repository | None) -> Ground:
    """Find the repository of a folder and what of it the link opens."""
    try:
        checkout = gitstate.find(folder) if folder is not None and folder.is_dir() else None
        if checkout is None:
            needs_git = published is None or published.provider in ("gh", "gl", "gist", "git")
            return Ground(None, "", published, (_NO_REPOSITORY,) if needs_git else ())
        commit = gitstate.commit_of(checkout.top, ref or "HEAD")
        findings = [*_of_commit(checkout, commit, ref)]
        repository = published or binder.from_remote(checkout.address)
        if repository is None:
            findings.append(_of_remote(checkout))
        return Ground(checkout, commit, repository, tuple(findings), tuple(_notes(checkout, repository)))
    except GitProblem as error:
        fix = error.hints[0] if error.hints else "Install git, or say where it is published: --repository gh:owner/repo"
        return Ground(None, "", published, (Finding("no-git", error.message, fix),))


_NO_REPOSITORY = Finding(
    "no-repository",
    "The notebook is in no git repository, and Binder builds repositories.",
    "git init, commit, and push to GitHub, GitLab or another host; or publish it, for example on Zenodo: "
    "--repository DOI",
)


def _of_commit(checkout: Checkout, commit: str, ref: str) -> Iterator[Finding]:
    if not commit:
        if ref:
            yield Finding("unknown-ref", f"There is no commit, branch or tag “{ref[:60]}” here.", "git fetch --tags")
        else:
            yield Finding("no-commit", "The repository has no commit yet.", "git add . && git commit")
    elif len(commit) != SHA1_LENGTH:
        yield Finding("sha256-repository", "The repository uses SHA-256, which BinderHub does not read.", "Use SHA-1.")
    elif checkout.remote and not gitstate.is_pushed(checkout, commit):
        fix = f"git push {shlex.quote(checkout.remote)} {shlex.quote(checkout.branch) or 'HEAD:BRANCH'}"
        yield Finding(
            "not-pushed", f"No branch of {checkout.remote} has the commit {commit[:12]}, as far as git here knows.", fix
        )


def _of_remote(checkout: Checkout) -> Finding:
    if not checkout.remote:
        return Finding(
            "no-remote", "The repository has no remote, so Binder cannot get it.", "git remote add origin ADDRESS"
        )
    shown = clean_url(checkout.address)[0] or "nothing"
    return Finding(
        "unknown-remote",
        f"The remote {checkout.remote} ({shown}) is no address that Binder can read.",
        "Say where it is published: --repository gh:owner/repo",
    )


def _notes(checkout: Checkout, repository: Repository | None) -> Iterator[str]:
    if clean_url(checkout.address)[1]:
        yield f"The address of {checkout.remote} has a secret in it; the link does not."
    if checkout.commit and not checkout.branch:
        yield "No branch is checked out (detached head): the link opens just this commit."
    if repository is not None and repository.provider == "git" and binder_is_private(repository):
        yield f"{repository.name} is on a private host: only a BinderHub in the same network reaches it."


def binder_is_private(repository: Repository) -> bool:
    """Whether only some network reaches the repository's host."""
    host = repository.name.partition("://")[2].partition("/")[0].partition(":")[0]
    return binder.is_private(host)


def of_notebook(pinned: Pinned, merged: bool) -> Iterator[Finding]:
    """A notebook's pin, lock and kernel."""
    path, pin = pinned.path, pinned.pin
    if pin is None:
        fix = f"jupyter envs pin {shlex.quote(path)} --environment NAME"
        yield Finding("unpinned", f"{path} is not pinned to an environment.", fix, path)
        return
    again = f"jupyter envs pin {shlex.quote(path)} --environment {pin.environment}"
    if pinned.lock is None:
        yield Finding("no-lock", f"The lock {pin.lock} of {path} is not there.", again, path)
        return
    if pinned.lock.digest() != pin.digest:
        yield Finding("lock-changed", f"{pin.lock} is not the lock that {path} names.", again, path)
    if pinned.spec is not None:
        platform = binder.MAIN_PLATFORM
        locked = pinned.lock.content_hash.get(platform)
        if locked and envfile.content_hash(pinned.spec, platform) != locked:
            fix = f"jupyter envs restore {shlex.quote(path)} --update"
            yield Finding("file-edited", f"{pin.file} was edited after it was locked.", fix, path)
    kernel = kernel_of(pinned)
    if not merged and not binder.is_kernel_name(kernel):
        what = f"names the kernel “{kernel[:60]}”" if kernel else "names no kernel"
        yield Finding(
            "kernel-name",
            f"{path} {what}: Binder would open it in its own server's Python, without a word.",
            again,
            path,
        )


def kernel_of(pinned: Pinned) -> str:
    """The kernel that a notebook names; empty for none."""
    return _kernel(pinned.notebook.get("metadata", {}))


def _kernel(metadata: dict[str, Any]) -> str:
    kernelspec = metadata.get("kernelspec")
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return name if isinstance(name, str) else ""


def of_targets(targets: Sequence[Target]) -> Iterator[Finding]:
    """What is wrong with the environments."""
    for problem in binder.problems(targets):
        yield Finding(problem.code, problem.message, problem.fix)


def of_files(changes: Iterable[Change], stale: Iterable[str], notebooks: Sequence[str]) -> Iterator[Finding]:
    """What is not in place below ``binder/``."""
    write = f"jupyter envs binder {shlex.join(notebooks)} --write"
    by_state: dict[State, list[str]] = {}
    for change in changes:
        by_state.setdefault(change.state, []).append(change.path)
    for state, (code, message, fix) in _FILES.items():
        if paths := by_state.get(state):
            yield Finding(code, message.format(paths=", ".join(paths)), fix.format(write=write), paths[0])
    for path in stale:
        yield Finding("stale-file", f"{path} was generated and is not needed any more.", f"git rm {path}", path)


_FILES = {
    State.ABSENT: ("not-written", "Not written yet: {paths}.", "{write}"),
    State.GENERATED: ("outdated-files", "Written for another lock: {paths}.", "{write}"),
    State.EDITED: (
        "edited-files",
        "Generated, and edited since: {paths}.",
        "Look at the difference, then: {write} --yes",
    ),
    State.FOREIGN: (
        "foreign-files",
        "Somebody wrote these, and they are kept: {paths}.",
        "Look at the difference, then move what you need, and: {write} --yes",
    ),
}


def of_top(top: Path | None) -> Iterator[Finding]:
    """What repo2docker takes in place of our files, or stumbles over beside them."""
    if top is None:
        return
    if (top / ".binder").is_dir():
        yield Finding(
            "two-folders",
            "There is a folder .binder/, and repo2docker refuses a repository that has it beside binder/.",
            "Move what you need from it into binder/, then: git rm -r .binder",
            ".binder",
        )
    for name in _OTHER_BUILDS:
        if (top / binder.FOLDER / name).exists():
            path = f"{binder.FOLDER}/{name}"
            yield Finding(
                "other-build",
                f"{path} is there: repo2docker builds from it, not as postBuild expects.",
                f"git rm {path}",
                path,
            )


# each makes repo2docker choose another build than the one that conda's part belongs to
_OTHER_BUILDS = ("Dockerfile", "default.nix")


def of_states(ground: Ground, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Files of the repository that the commit does not have as they are here. Raises `GitProblem`."""
    checkout = ground.checkout
    if checkout is None or not ground.commit:
        return ()
    found: dict[FileState, list[str]] = {}
    for path, state in gitstate.states(checkout.top, ground.commit, paths).items():
        found.setdefault(state, []).append(path)
    return tuple(
        Finding(code, _sentence(found[state], what), fix.format(paths=shlex.join(found[state])), found[state][0])
        for state, (code, what, fix) in _NOT_AS_COMMITTED.items()
        if state in found
    )


def of_commit(ground: Ground, pinned: Pinned, path: str) -> Iterator[Finding]:
    """What a git filter took out of a notebook that is committed: Binder gets it without. Raises `GitProblem`."""
    checkout = ground.checkout
    if checkout is None or not ground.commit or pinned.pin is None:
        return
    if gitstate.states(checkout.top, ground.commit, [path])[path] is not FileState.COMMITTED:
        return
    stored = gitstate.committed(checkout.top, ground.commit, path) or b""
    if not stored.startswith(_LFS) and _says(_metadata(stored)) != _says(pinned.notebook.get("metadata", {})):
        yield Finding(
            "filtered",
            f"A git filter changes {path} when it is committed: its kernel or its pin is another one there.",
            "Have the filter (nbstripout, for example) keep metadata.kernelspec and metadata.jupyter_envs.",
            path,
        )


# such a file is brought by git-lfs, as a whole
_LFS = b"version https://git-lfs.github.com/spec/"


def _metadata(stored: bytes) -> Any:
    try:
        found = json.loads(stored)
    except (ValueError, RecursionError):
        return None
    return found.get("metadata") if isinstance(found, dict) else None


def _says(metadata: Any) -> tuple[str, Any]:
    """The kernel and the pin that a notebook's metadata name."""
    known = metadata if isinstance(metadata, dict) else {}
    return _kernel(known), known.get(pins.METADATA_KEY)


def _sentence(paths: Sequence[str], what: str) -> str:
    return f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'} {what}."
