"""Every error of rattler is one of ours."""

from __future__ import annotations

import errno
import os

import pytest
from rattler import exceptions

from jupyter_envs.engine.conda.failures import KINDS, mapped, translate
from jupyter_envs.errors import DiskTrouble, EnvsError, PackageRefused, Unsolvable, error_classes, error_from_json


def test_every_exception_class_of_rattler_is_mapped() -> None:
    names = set(exceptions.__all__) - {"ParsePlatformError"}  # an old name of one of the others
    known: set[type[Exception]] = {getattr(exceptions, name) for name in names}
    assert len(known) >= 39
    assert known - set(KINDS) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_mapped_error_has_a_message_and_a_code(kind: type[Exception]) -> None:
    error = translate(kind("the reason"), "Solving")
    # what that class says may be the secret itself
    assert ("the reason" in error.message) == (kind is not exceptions.AuthenticationStorageError)
    assert error.message.startswith("Solving failed")
    assert error.code != "error"


def test_the_message_decides_where_the_class_says_too_little() -> None:
    assert isinstance(translate(exceptions.InstallerError("hash mismatch for x"), "Linking"), PackageRefused)
    assert isinstance(translate(exceptions.InstallerError("No space left on device"), "Linking"), DiskTrouble)


def test_the_solvers_message_is_kept_whole() -> None:
    told = "Cannot solve the request because of: a needs b\n└─ b does not exist"
    error = translate(exceptions.SolverError(told), "Solving")
    assert isinstance(error, Unsolvable)
    assert told in error.message


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "Request failed after 3 retries\nCaused by: error sending request for url (https://example.org/a/x.zst)\n"
            "Caused by: client error (Connect)\nCaused by: dns error\nCaused by: Name or service not known",
            "Searching failed: https://example.org/a/x.zst: Name or service not known.",
        ),
        (
            "cannot fetch\nCaused by: HTTP status server error (503) for url (https://example.org/x)",
            "Searching failed: HTTP status server error (503) for url (https://example.org/x).",
        ),
        ("cannot read x.json\nCaused by: EOF at line 1.", "Searching failed: cannot read x.json: EOF at line 1."),
    ],
)
def test_of_a_chain_of_causes_stay_the_address_and_the_first_cause(told: str, said: str) -> None:
    error = translate(exceptions.GatewayError(told), "Searching")
    assert error.message == said
    assert said.endswith(f"{error.fields['cause']}.")


def test_an_os_error_names_its_file() -> None:
    with pytest.raises(DiskTrouble) as caught, mapped("Fetching x"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere/x")
    assert "/somewhere/x" in caught.value.message
    assert caught.value.fields["path"] == "/somewhere/x"


def test_errors_survive_the_pipe() -> None:
    for kind in error_classes().values():
        error = kind("what happened", hints=("do this",), name="x")
        back = error_from_json(error.to_json())
        assert type(back) is kind
        assert (back.message, back.hints, back.fields) == (error.message, error.hints, error.fields)


def test_every_error_class_has_its_own_code() -> None:
    def below(kind: type[EnvsError]) -> list[type[EnvsError]]:
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    kinds = [kind for kind in below(EnvsError) if kind.__module__ == "jupyter_envs.errors"]
    assert len({kind.code for kind in kinds}) == len(kinds)
