"""``GET imports``, ``modules`` and ``templates`` on a real server, held against their description."""

from __future__ import annotations

import json

import pytest

from .localchannel import LocalChannel
from .support.client import API
from .support.lab import Lab
from .support.managing import notebook
from .support.openapi import check_reply


def test_the_imports_of_a_notebook(lab: Lab) -> None:
    folder = lab.root / "imports of mine"
    folder.mkdir()
    (folder / "helper.py").write_text("")
    (folder / "a.ipynb").write_text(notebook("import os, dateutil, tinytext, helper, nobodys_module, cv2"))
    path = "imports/imports%20of%20mine/a.ipynb"
    reply = check_reply("GET", path, lab.get(API + path))
    assert reply.status == 200
    found = {one["module"]: (one["kind"], one["package"], one["manager"]) for one in reply.json()["modules"]}
    assert found == {
        "os": ("standard", None, None),
        "dateutil": ("package", "python-dateutil", "conda"),
        "tinytext": ("package", "tinytext", "conda"),
        "helper": ("local", None, None),
        "nobodys_module": ("unknown", "nobodys-module", "pip"),
        "cv2": ("package", "opencv-python", "pip"),
    }


@pytest.mark.parametrize(("path", "status"), [("imports/none.ipynb", 404), ("imports/../../etc/passwd", 403)])
def test_no_notebook(lab: Lab, path: str, status: int) -> None:
    assert check_reply("GET", path, lab.get(API + path.replace("..", "%2e%2e"))).status == status


def test_a_module(lab: Lab) -> None:
    reply = check_reply("GET", "modules/zmq", lab.get(API + "modules/zmq"))
    assert reply.json() == {"module": "zmq", "kind": "package", "package": "pyzmq", "manager": "conda", "known": True}
    assert check_reply("GET", "modules/a-b", lab.get(API + "modules/a-b")).status == 400


def test_templates(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("templates")
    offered = [{"name": "Lab", "file": "dependencies: [python]"}, {"name": "Broken", "file": "name: ["}]
    with Lab(home, {"Manager": {"templates": offered}}, app="jupyter_server") as server:
        reply = check_reply("GET", "templates", server.get(API + "templates"))
    lab, broken = reply.json()["templates"]
    assert (lab["name"], lab["file"], lab["problem"]) == ("Lab", "dependencies: [python]", "")
    assert broken["problem"], json.dumps(broken)
