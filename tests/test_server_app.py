"""How Jupyter finds, configures and starts the extension."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_events import EventLogger

import jupyter_envs
from jupyter_envs.server.app import EnvsExtension
from jupyter_envs.server.events import SCHEMA_ID, Events

from .support.client import API
from .support.lab import Lab
from .support.openapi import DESCRIPTION, check_value

ROOT = Path(jupyter_envs.__file__).parents[1]


def test_importing_the_package_imports_no_server_and_no_engine() -> None:
    code = "import sys, jupyter_envs; print([name for name in sys.modules if name.startswith('jupyter_envs.')])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['jupyter_envs._version']"


def test_jupyter_finds_the_front_end_and_the_server_extension() -> None:
    assert jupyter_envs._jupyter_labextension_paths() == [{"src": "labextension", "dest": "jupyter-envs"}]
    points = jupyter_envs._jupyter_server_extension_points()
    assert points == [{"module": "jupyter_envs.server.app", "app": EnvsExtension}]
    config = json.loads((ROOT / "jupyter_envs/server/jupyter_server_config.json").read_text())
    assert config == {"ServerApp": {"jpserver_extensions": {"jupyter_envs": True}}}


def test_every_setting_says_what_it_means() -> None:
    settings = EnvsExtension.class_own_traits(config=True)
    assert {name for name, trait in settings.items() if not trait.help} == set()
    assert {"state_dir", "job_width", "max_body_size"} <= set(settings)


@pytest.mark.parametrize("file", ["jupyter_envs_config.json", "jupyter_server_config.json"])
def test_settings_come_from_the_file_that_the_command_line_reads_and_from_the_servers(
    tmp_path: Path, file: str
) -> None:
    lab = Lab(tmp_path, app="jupyter_server")
    path = Path(lab.env["JUPYTER_CONFIG_DIR"]) / file
    known = json.loads(path.read_text()) if path.exists() else {}
    mine = {"Manager": {"root_dir": str(tmp_path / "mine")}, "EnvsExtension": {"max_body_size": 1_000}}
    path.write_text(json.dumps({**known, **mine}))
    broken = tmp_path / "mine/broken"
    broken.mkdir(parents=True)
    (broken / "environment.json").write_text("{")
    with lab:
        listed = lab.get(API + "environments").json()
        check_value(listed, "EnvironmentList")
        assert [(found["name"], found["state"]) for found in listed["environments"]] == [("broken", "broken")]
        assert lab.post(API + "environments", {"file": "x" * 2_000}).status == 413
        taken = lab.post(API + "environments", {"name": "broken", "packages": ["a"], "dry_run": True})
        assert (taken.status, taken.json()["code"]) == (409, "name-taken")


def test_a_folder_for_its_state_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Lab(tmp_path, {"EnvsExtension": {"state_dir": str(tmp_path / "file/jobs")}}, app="jupyter_server") as lab:
        assert lab.get(API + "jobs").json() == {"jobs": []}
        assert "not remembered" in lab.process.output
    assert lab.process.wait() == 0


def test_it_works_below_another_address_and_ends_in_its_own_way(tmp_path: Path) -> None:
    with Lab(tmp_path, {"ServerApp": {"base_url": "/user/me/"}}, app="jupyter_server") as lab:
        body = {"name": "a", "packages": ["a"], "channels": ["http://127.0.0.1:9"], "dry_run": True}
        reply = lab.post(API + "environments", body)
        assert reply.headers["location"].startswith(f"/user/me/{API}jobs/")
        assert lab.finished(reply)["error"]["code"] == "unreachable"
    assert lab.process.wait() == 0
    assert "Traceback" not in lab.process.output


def test_the_event_schema_is_what_the_description_says() -> None:
    logger = EventLogger()
    for _ in range(2):
        Events(logger)
    properties = logger.schemas.get(SCHEMA_ID)._schema["properties"]
    described = DESCRIPTION["components"]["schemas"]["ChangeEvent"]["properties"]
    for name in ("resource", "action"):
        assert sorted(properties[name]["enum"]) == sorted(described[name]["enum"])
