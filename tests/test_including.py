"""``-r`` and ``-c``: read from the environment file's folder or below, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from jupyter_envs import envfile, pipsection
from jupyter_envs.errors import EnvsError, InvalidFile
from jupyter_envs.formats import Limits
from jupyter_envs.manager.including import include
from jupyter_envs.models import Spec


class Files:
    """Documents that are a mapping; what was asked for is kept."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.asked: list[str] = []

    async def read(self, path: str) -> str | None:
        self.asked.append(path)
        return self.files.get(path)

    async def write(self, path: str, text: str) -> None:
        raise AssertionError(path)


def included(files: Mapping[str, str], *lines: str, path: str | None = "environment.yml", limit: int = 1000) -> Spec:
    spec = Spec(conda=("python",), pip=lines)
    return asyncio.run(include(spec, path, Files(files), Limits(file=limit)))


def test_the_lines_of_a_file_stand_in_its_place() -> None:
    text = "# pins\n\na==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01  # why\r\n-i https://pypi.example.org\nb\n"
    assert included({"requirements.txt": text}, "x", "-r requirements.txt", "y").pip == (
        "x", "a==1 --hash=sha256:00 --hash=sha256:01", "-i https://pypi.example.org", "b", "y",
    )  # fmt: skip


def test_a_nested_file_is_relative_to_the_file_that_names_it() -> None:
    files = {"work/reqs/base.txt": "-r more.txt\na\n", "work/reqs/more.txt": "b\n"}
    assert included(files, "--requirement=reqs/base.txt", path="work/environment.yml").pip == ("b", "a")


def test_constraints_are_kept_as_comments() -> None:
    files = {"c.txt": "a<2\n-r d.txt\n", "d.txt": "b<3\n"}
    spec = included(files, "-c c.txt", "a")
    assert spec.pip == ("# constraint: a<2", "# constraint: b<3", "a")
    assert pipsection.read(spec.pip).constraints == ("a<2", "b<3")
    assert envfile.parse(envfile.write(spec)) == spec


def test_a_selector_holds_for_every_line_of_the_file() -> None:
    assert included({"r.txt": "a\nb\n"}, "-r r.txt  # [linux]").pip == ("a  # [linux]", "b  # [linux]")


def test_an_edited_file_is_another_environment() -> None:
    one, other = (included({"r.txt": text}, "-r r.txt").content_hash() for text in ("a\n", "b\n"))
    assert one != other


def test_without_a_folder_the_line_stays_and_cannot_be_locked() -> None:
    spec = included({}, "-r r.txt", path=None)
    assert spec.pip == ("-r r.txt",)
    with pytest.raises(EnvsError, match="folder is known"):
        pipsection.read(spec.pip)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-r ../requirements.txt", "lies elsewhere"),
        ("-r reqs/../../requirements.txt", "lies elsewhere"),
        ("-r /etc/passwd", "lies elsewhere"),
        ("-r ~/requirements.txt", "lies elsewhere"),
        ("-r C:\\requirements.txt", "lies elsewhere"),
        ("-r ..\\requirements.txt", "lies elsewhere"),
        ("-r https://example.org/requirements.txt", "lies elsewhere"),
        ("-c file:///etc/passwd", "lies elsewhere"),
        ("-r up.txt", "up.txt: '../secret.txt' lies elsewhere"),
        ("-r missing.txt", "is not there"),
        ("-r self.txt", "includes itself"),
        ("-r round.txt", "includes itself"),
        ("-r deep0.txt", "files deep"),
        ("-r many.txt", "files are included"),
        ("-r large.txt", "larger than 1,000 bytes"),
        ("-r target.txt", "line 2: '--target /x': the option --target is not allowed"),
        ("-r variable.txt", "${TOKEN} would be filled in"),
        ("-c options.txt", "in a constraints file"),
    ],
)
def test_what_is_not_included_is_refused(line: str, says: str) -> None:
    files = {
        "work/up.txt": "-r ../secret.txt\n",
        "secret.txt": "canary\n",
        "work/self.txt": "-r self.txt\n",
        "work/round.txt": "-r trip.txt\n",
        "work/trip.txt": "-r round.txt\n",
        "work/many.txt": "".join(f"-r empty{n}.txt\n" for n in range(60)),
        "work/large.txt": "a\n" * 1000,
        "work/target.txt": "a\n--target /x\n",
        "work/variable.txt": "-i https://${TOKEN}/\n",
        "work/options.txt": "-i https://pypi.example.org\n",
        **{f"work/deep{n}.txt": f"-r deep{n + 1}.txt\n" for n in range(20)},
        **{f"work/empty{n}.txt": "" for n in range(60)},
    }
    documents = Files(files)
    with pytest.raises(InvalidFile) as caught:
        asyncio.run(include(Spec(pip=(line,)), "work/environment.yml", documents, Limits(file=1000)))
    assert says in str(caught.value)
    assert "secret.txt" not in documents.asked
