"""T14: no file, setting or request fills in a variable of the server's environment, whoever is asked with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from .localchannel import LocalChannel
from .support.client import API
from .support.counts import rounds, tell
from .support.http_server import FileServer
from .support.lab import Lab
from .support.pypi_index import PypiIndex

CANARY = "Canary4711"
NAME = "JUPYTERHUB_API_TOKEN"
ALLOWED = "LOGNAME"  # one that the engine may see, so that only not filling it in keeps it
EVERY_FORM = ["${%s}", "$%s", "%%%s%%", "{%s}", "{{ %s }}", "$(echo $%s)", "`echo $%s`", "${{ %s }}", "$%s$"]
FORMS = EVERY_FORM[: rounds(4, len(EVERY_FORM))]
SEEN: list[str] = []


@dataclass(frozen=True)
class Bench:
    """A server whose environment holds canaries, and servers that remember what they were asked."""

    lab: Lab
    channel: FileServer
    index: PypiIndex

    def asked(self) -> str:
        """All that was asked, with headers."""
        return repr(self.channel.requests) + repr(self.index.requests)


@pytest.fixture(scope="module")
def bench(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("variables")
    with FileServer(channel.path) as served, PypiIndex() as index:
        settings = {
            "default_channels": [channel.file_url], "root_dir": str(home / "envs"), "cache_dir": str(home / "cache"),
            "discover": False, "pypi_index": index.simple_url,
        }  # fmt: skip
        env = {NAME: CANARY, ALLOWED: CANARY, "AWS_SECRET_ACCESS_KEY": CANARY, "MY_PASSWORD": CANARY}
        with Lab(home, {"Manager": settings}, app="jupyter_server", env=env) as lab:
            yield Bench(lab, served, index)


def channels(*names: str) -> str:
    return f"name: x\nchannels: {json.dumps(names)}\ndependencies: [python]\n"


def pip(*lines: str) -> str:
    return f"name: x\ndependencies: [python, ipykernel, {{pip: {json.dumps([*lines, 'no-such-package'])}}}]\n"


PLACES: dict[str, Callable[[Bench, str], str]] = {
    "channel": lambda bench, form: channels(f"{bench.channel.url}/{form}"),
    "address of a package": lambda bench, form: (
        f"name: x\ndependencies: {json.dumps([f'{bench.channel.url}/{form}/noarch/a-1-0.conda'])}\n"
    ),
    "channel of a package": lambda bench, form: (
        f"name: x\ndependencies: {json.dumps([f'{bench.channel.url}/{form}::python'])}\n"
    ),
    "index": lambda bench, form: pip(f"--index-url {bench.index.url}/{form}/simple"),
    "extra index": lambda bench, form: pip(f"--extra-index-url {bench.index.url}/{form}/simple"),
    "links": lambda bench, form: pip(f"--find-links {bench.index.url}/{form}/"),
    "address of a wheel": lambda bench, form: pip(f"a @ {bench.index.url}/{form}/a-1-py3-none-any.whl"),
    "repository": lambda bench, form: pip(f"a @ git+{bench.index.url}/{form}/a.git"),
    "requirements file": lambda bench, form: pip("-r reqs.txt"),
    "constraints file": lambda bench, form: pip("-c constraints.txt", "tinywheel"),
}


def nothing_came_of(bench: Bench, text: str, what: str) -> None:
    """A plan of the file fails, and nobody was told the canary."""
    reply = bench.lab.post(f"{API}environments", {"file": text, "filename": "environment.yml", "dry_run": True})
    job = bench.lab.finished(reply) if reply.status == 202 else {"state": "failed"}
    assert job["state"] == "failed" and CANARY not in reply.text + json.dumps(job)
    assert CANARY not in bench.asked(), what
    SEEN.append(what)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_filled_in(bench: Bench, place: str) -> None:
    for form in FORMS:
        for name in (NAME, ALLOWED):
            line = f"a @ {bench.index.url}/{form % name}/a-1-py3-none-any.whl\n"
            (bench.lab.root / "reqs.txt").write_text(line)
            (bench.lab.root / "constraints.txt").write_text(line)
            nothing_came_of(bench, PLACES[place](bench, form % name), f"{place}: {form}")


CONDARC = ["channel_alias: {}", "custom_channels: {{c: {}}}", "custom_multichannels: {{c: [{}]}}"]


@pytest.mark.parametrize("key", CONDARC)
def test_nothing_is_filled_into_condas_settings(bench: Bench, key: str) -> None:
    condarc = bench.lab.home / ".condarc"
    try:
        for form in FORMS:
            condarc.write_text(key.format(json.dumps(f"{bench.channel.url}/{form % ALLOWED}")) + "\n")
            nothing_came_of(bench, channels("c"), f"{key}: {form}")
    finally:
        condarc.unlink()


def test_a_variable_of_the_file_is_text(bench: Bench) -> None:
    """jupyter_client would fill in what stands in `kernel.json`; there it is written so that it does not."""
    lab = bench.lab
    variables = {f"V{number}": form % NAME for number, form in enumerate(EVERY_FORM)}
    file = f"name: texts\ndependencies: [python, ipykernel]\nvariables: {json.dumps(variables)}\n"
    job = lab.finished(lab.confirmed("POST", f"{API}environments", {"file": file}))
    assert job["state"] == "done", job
    (spec,) = (path for path in lab.home.rglob("kernel.json") if path.parent.name == "texts")
    env = json.loads(spec.read_text())["env"]
    for name, value in variables.items():
        assert env[name].replace("$$", "").count("$") == 0 and env[name].replace("$$", "$") == value
    assert CANARY not in spec.read_text()
    SEEN.append("variables")


def test_something_was_asked_at_all(bench: Bench) -> None:
    """The servers above are really those that would have seen it."""
    body = {"file": channels(f"{bench.channel.url}/plain"), "dry_run": True}
    assert bench.lab.finished(bench.lab.post(f"{API}environments", body))["state"] == "failed"
    body = {"file": pip(f"--index-url {bench.index.url}/plain/simple"), "dry_run": True}
    assert bench.lab.finished(bench.lab.post(f"{API}environments", body))["state"] == "failed"
    assert any("/plain/" in path for path in bench.channel.paths())
    assert any("/plain/" in path for path in bench.index.paths())


def test_the_count() -> None:
    full = len(EVERY_FORM) * (2 * len(PLACES) + len(CONDARC)) + 1
    tell("T14, variables", f"files and settings with variables in {len(PLACES) + 4} places", len(SEEN), full)
