"""Reading and writing environment files: one small example for each construct that real files hold."""

from __future__ import annotations

import textwrap

import pytest
import rattler
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import envfile
from jupyter_envs.errors import InvalidFile
from jupyter_envs.models import Spec
from jupyter_envs.yaml_text import quoted

PENGUINS = """\
name: penguins
channels:
  - conda-forge
platforms:
  - linux-64
  - osx-arm64
dependencies:
  - python=3.10
  - numpy >=1.26,<2
  - pip
  - pip:
      - palmerpenguins==0.1.4
variables:
  OMP_NUM_THREADS: '1'
"""


def parse(text: str) -> Spec:
    return envfile.parse(textwrap.dedent(text))


def conda_reads(*dependencies: str) -> list[str]:
    return list(envfile.to_json(Spec(conda=dependencies))["conda"])


def test_a_whole_file() -> None:
    assert envfile.parse(PENGUINS) == Spec(
        name="penguins",
        channels=("conda-forge",),
        platforms=("linux-64", "osx-arm64"),
        conda=("python=3.10", "numpy >=1.26,<2", "pip"),
        pip=("palmerpenguins==0.1.4",),
        variables={"OMP_NUM_THREADS": "1"},
    )


def test_a_whole_file_is_written_as_it_was_read() -> None:
    assert envfile.write(envfile.parse(PENGUINS)) == PENGUINS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("false", "false"),
        ("3.10", "3.10"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2024-05-01", "2024-05-01"),
        ("'null'", "null"),
        ('"caf\\u00e9"', "café"),
        ("tÆst env", "tÆst env"),
    ],
)
def test_scalars_stay_the_text_that_was_written(written: str, read: str) -> None:
    spec = parse(f"name: {written}\ndependencies: [python=3.10]\n")
    assert spec.name == read
    assert spec.conda == ("python=3.10",)
    assert envfile.parse(envfile.write(spec)) == spec


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_no_name_is_no_name(nothing: str) -> None:
    assert parse(f"name: {nothing}\ndependencies: [a]\n").name is None


def test_variables_are_text_and_nothing_is_filled_in() -> None:
    spec = parse("""
        channels: ['https://conda.example.org/${HOME}/x']
        dependencies: []
        variables: {FLAG: False, EMPTY: '', PATHS: $HOME/x, NUMBER: 010}
    """)
    assert spec.channels == ("https://conda.example.org/${HOME}/x",)
    assert spec.variables == {"FLAG": "False", "EMPTY": "", "PATHS": "$HOME/x", "NUMBER": "010"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_line_ends(encoding: str, line_end: str) -> None:
    text = PENGUINS.replace("penguins\n", "pingüinos  # año\n", 1).replace("\n", line_end)
    assert envfile.parse(text.encode(encoding)).name == "pingüinos"


def test_tabs_are_welcome_where_yaml_allows_them() -> None:
    assert parse("name:\ttabs\t\ndependencies:\n  - a\t# a comment\n").conda == ("a",)


MATCH_SPECS = [
    ("a", "a"),
    ("A", "a"),
    ("a=1", "a=1"),
    ("a =1", "a=1"),
    ("a = 1", "a=1"),
    ("a 1", "a==1"),
    ("a 1.2 b_3", "a==1.2=b_3"),
    ("a=1.0=b", "a==1.0=b"),
    ("a==1.0=b", "a==1.0=b"),
    ("a==1.0", "a==1.0"),
    ("a=1.*", "a=1"),
    ("a=1.2*", "a=1.2"),
    ("a=*", "a"),
    ("a >=1,<2", "a[version='>=1,<2']"),
    ("a >= 1, < 2", "a[version='>=1,<2']"),
    ("a>1|<0.5", "a[version='>1|<0.5']"),
    ("a~=1.2", "a~=1.2"),
    ("a!=1.2", "a!=1.2"),
    ("a=*=*_cuda", "a[build=*_cuda]"),
    ("a=1=*_cuda", "a==1[build=*_cuda]"),
    ("a>=2=cuda12*", "a[version='>=2',build=cuda12*]"),
    ("a>=2 lgpl_*", "a[version='>=2',build=lgpl_*]"),
    ("a[version='>=1,<2']", "a[version='>=1,<2']"),
    ('a[version=">=1", build="b*"]', "a[version='>=1',build=b*]"),
    ("a[build_number=3]", "a[build_number=3]"),
    ("a[channel=forge]", "forge::a"),
    ("forge::a", "forge::a"),
    ("forge/linux-64::a=1", "forge/linux-64::a=1"),
    ("forge/label/dev::a", "forge/label/dev::a"),
    ("https://conda.example.org/forge::a=1.0", "https://conda.example.org/forge::a=1.0"),
    ("https://conda.example.org:8080::a=1.0", "https://conda.example.org:8080::a=1.0"),
    ("_libgcc_mutex=0.1=main", "_libgcc_mutex==0.1=main"),
    ("a=1!2.0", "a=1!2.0"),
    ("a=>1", "a[version='>1*']"),
    ("a[all]", "a"),
    (
        "https://conda.example.org/forge/linux-64/a-1.0-b_0.conda#sha256:00",
        "https://conda.example.org/forge/linux-64/a-1.0-b_0.conda",
    ),
    (
        "https://conda.example.org/forge/linux-64/a-1.0-b_0.conda",
        "https://conda.example.org/forge/linux-64/a-1.0-b_0.conda",
    ),
]


@pytest.mark.parametrize(("written", "canonical"), MATCH_SPECS)
def test_match_specs_read_as_conda_reads_them(written: str, canonical: str) -> None:
    assert parse(f"dependencies: [{quoted(written)}]").conda == (written,)
    assert conda_reads(written) == [canonical]
    assert conda_reads(canonical) == [canonical]


@pytest.mark.parametrize("canonical", sorted({canonical for _, canonical in MATCH_SPECS}))
def test_the_solver_reads_what_conda_prints(canonical: str) -> None:
    assert rattler.MatchSpec(canonical, strict=False) is not None


def test_a_comment_behind_a_spec_is_a_comment() -> None:
    assert parse("dependencies: ['a=1 # why']\n").conda == ("a=1",)


@pytest.mark.parametrize(
    "channel",
    [
        "conda-forge",
        "defaults",
        "nodefaults",
        "conda-forge/label/dev",
        "https://conda.example.org/forge",
        "https://conda.example.org/t/TOKEN/forge/label/dev",
        "file:///srv/channel",
        "./channel",
    ],
)
def test_channels_stay_as_written(channel: str) -> None:
    spec = parse(f"channels: [{quoted(channel)}]\ndependencies: [a]\n")
    assert spec.channels == (channel,)
    assert envfile.parse(envfile.write(spec)) == spec


def test_order_and_repetition_are_the_users() -> None:
    assert parse("dependencies: [b, a, b]\nchannels: [x, defaults, nodefaults, x]\n") == Spec(
        conda=("b", "a", "b"), channels=("x", "defaults", "nodefaults", "x")
    )


def test_pip_lines_of_every_kind_stay_as_written() -> None:
    lines = (
        "requests[socks]>=2,<3; python_version>'3.8'",
        "-r requirements.txt",
        "-c constraints.txt",
        "-e .",
        "--editable git+https://git.example.org/a/b.git@main#egg=b",
        "--index-url https://pypi.example.org/simple",
        "--extra-index-url=https://pypi.example.org/simple",
        "--find-links wheels",
        "--no-index",
        "--pre",
        "--only-binary :all:",
        "--no-binary a,b",
        "--trusted-host pypi.example.org",
        "--no-index --find-links https://pypi.example.org/wheels",
        "https://pypi.example.org/files/a-1.0.tar.gz#sha256=" + "0" * 64,
        "b @ git+https://git.example.org/a/b.git@v1#subdirectory=python",
        "../local/package",
        "https://pypi.example.org/files/a-1.0-py3-none-any.whl",
        "flit-core === 3.9.0 --hash=sha256:" + "0" * 64,
        "torch==2.0.0+cu118",
    )
    items = "".join(f"      - {line!r}\n" if "'" not in line else f'      - "{line}"\n' for line in lines)
    spec = parse(f"dependencies:\n  - pip\n  - pip:\n{items}")
    assert spec.pip == lines
    assert envfile.parse(envfile.write(spec)) == spec


def test_a_pip_section_asks_for_pip() -> None:
    assert envfile.to_json(parse("dependencies: [a, {pip: [b]}]\n"))["conda"] == ["a", "pip"]
    assert envfile.to_json(parse("dependencies: [pip=24, {pip: [b]}]\n"))["conda"] == ["pip=24"]
    assert envfile.to_json(parse("dependencies: [a, {pip: }]\n"))["conda"] == ["a"]


def test_two_pip_sections_are_one() -> None:
    assert parse("dependencies: [{pip: [a]}, {pip: [b]}]\n").pip == ("a", "b")


SELECTED = """\
dependencies:
  - python
  - gcc_linux-64  # [linux64]
  - clang_osx-64  # [osx]
  - sel(win): pywin32
  - sel(unix): bash
  - pip:
      - uvloop  # [unix]
"""


def test_selectors_are_kept_and_written_again() -> None:
    assert envfile.write(envfile.parse(SELECTED)) == SELECTED


@pytest.mark.parametrize(
    ("platform", "conda", "pip"),
    [
        ("linux-64", ("python", "gcc_linux-64", "bash"), ("uvloop",)),
        ("linux-aarch64", ("python", "bash"), ("uvloop",)),
        ("osx-arm64", ("python", "clang_osx-64", "bash"), ("uvloop",)),
        ("win-64", ("python", "pywin32"), ()),
    ],
)
def test_selectors_choose_by_platform(platform: str, conda: tuple[str, ...], pip: tuple[str, ...]) -> None:
    chosen = envfile.select(envfile.parse(SELECTED), platform)
    assert (chosen.conda, chosen.pip) == (conda, pip)


def test_selectors_in_json_are_as_conda_sees_them() -> None:
    seen = envfile.to_json(envfile.parse(SELECTED))
    assert seen["conda"] == ["python", "gcc_linux-64", "clang_osx-64", "pip"]
    assert seen["pip"] == ["uvloop"]
    assert seen["selected"] == {"win": ["pywin32"], "unix": ["bash"]}


def test_an_unknown_selector_is_a_comment_and_noted() -> None:
    reading = envfile.read("dependencies:\n  - a  # [py3k]\n")
    assert reading.spec.conda == ("a",)
    assert "[py3k]" in reading.notes[0]


def test_notes_say_what_is_ignored_and_where() -> None:
    reading = envfile.read(
        "name: x\nprefix: /home/me/x\ncategory: dev\ndescription: hello\ndependencies:\n  - a=>1\n  - tiled[all]\n"
    )
    assert reading.spec == Spec(name="x", conda=("a=>1", "tiled[all]"))
    places = [note.split(":")[0] for note in reading.notes]
    assert places == [
        "environment.yml, line 4, description",
        "environment.yml, line 2, prefix",
        "environment.yml, line 3, category",
        "environment.yml, line 6, dependencies[0]",
        "environment.yml, line 7, dependencies[1]",
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("", None, None, "empty"),
        ("# only a comment\n", None, None, "empty"),
        ("- a\n- b\n", None, None, "a list at the top"),
        ("just text\n", None, None, "at the top"),
        ("services:\n  web: {}\n", None, None, "no dependencies"),
        ("name: x\ndepedencies:\n  - a\n", 2, "depedencies", "expected 'dependencies'"),
        ("name: [a]\ndependencies: []\n", 1, "name", "a list; expected text"),
        ("channels: conda-forge\ndependencies: []\n", 1, "channels", "expected a list of channels"),
        ("channels: [[a]]\ndependencies: []\n", 1, "channels[0]", "expected text"),
        ("dependencies:\n  a: 1\n", 1, "dependencies", "a mapping; expected a list"),
        ("dependencies:\n  - name: a\n    version: 1\n", 2, "dependencies[0].name", "unknown key"),
        ("dependencies:\n  -\n", 2, "dependencies[0]", "nothing; expected text"),
        ("dependencies:\n  - -r requirements.txt\n", 2, "dependencies[0]", "belongs into the pip section"),
        ("dependencies:\n  - git+https://git.example.org/a\n", 2, "dependencies[0]", "colon"),
        ("dependencies:\n  - a\n  - 'b=='\n", 3, "dependencies[1]", "is not a version"),
        ("dependencies:\n  - a[version=1\n", 2, "dependencies[0]", "brackets"),
        ("dependencies:\n  - 'a b c d'\n", 2, "dependencies[0]", "is not a version"),
        ("dependencies:\n  - 'a >=1 <2'\n", 2, "dependencies[0]", "is not a version"),
        ("dependencies:\n  - 'a=1=b;c'\n", 2, "dependencies[0]", "is not a build"),
        ("dependencies:\n  - 'rm -rf /; x'\n", 2, "dependencies[0]", "is not a version"),
        ("dependencies:\n  - '$(reboot)'\n", 2, "dependencies[0]", "no package name"),
        ("dependencies:\n  - ../../etc\n", 2, "dependencies[0]", "pip requirement"),
        ("dependencies:\n  - pip: requests\n", 2, "dependencies[0].pip", "expected a list of requirements"),
        ("dependencies:\n  - pip:\n      - {a: b}\n", 3, "dependencies[0].pip[0]", "a mapping"),
        ("dependencies: [{pip: ['--target /etc x']}]\n", 1, "dependencies[0].pip[0]", "--target is not allowed"),
        ("dependencies: [{pip: ['--python=/x']}]\n", 1, "dependencies[0].pip[0]", "--python is not allowed"),
        (
            "dependencies: [{pip: ['--index-url https://h.example.org/${TOKEN}/simple']}]\n",
            1,
            "dependencies[0].pip[0]",
            "${TOKEN} would be filled in",
        ),
        ("dependencies: []\nvariables: [A]\n", 2, "variables", "expected NAME: value"),
        ("dependencies: []\nvariables: {A=B: c}\n", 2, "variables.A=B", "not a variable's name"),
        ("dependencies: []\nvariables:\n  A:\n", 3, "variables.A", "'' for an empty value"),
        ("name: x\ndependencies:\n  - a\n - b\n", 4, None, "not YAML"),
        ("name: x\ndependencies:\n\t- a\n", 3, None, "tab"),
        ("name: x\ndependencies:\n  - {{ python }}\n", 3, "dependencies[0]", "template"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, line: int | None, key: str | None, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        envfile.parse(text, source="environment.yml")
    error = caught.value
    assert (error.fields.get("line"), error.fields.get("key")) == (line, key), str(error)
    assert error.fields["path"] == "environment.yml"
    assert str(error).startswith("environment.yml")
    assert says in str(error)
    assert "\n" not in str(error)


def test_a_refusal_shows_no_secret() -> None:
    with pytest.raises(InvalidFile) as caught:
        envfile.parse("dependencies: ['https://user:Canary7231@conda.example.org/x y z']\n")
    assert "Canary7231" not in str(caught.value.to_json())


names = st.from_regex(r"[a-z_][a-z0-9_.-]{0,12}", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,3}(\.[0-9a-z]{1,3}){0,3}", fullmatch=True)
match_specs = st.one_of(
    names,
    st.builds("{}={}".format, names, versions),
    st.builds("{} >={},<{}".format, names, versions, versions),
    st.builds("{}={}={}_0".format, names, versions, names.map(lambda name: name.replace("-", "_"))),
    st.builds("forge::{}=={}".format, names, versions),
    st.builds("{}[version='>={}']".format, names, versions),
    st.builds("{}  # [{}]".format, names, st.sampled_from(["linux", "osx", "win", "unix", "arm64"])),
    st.builds("{}  # sel({})".format, names, st.sampled_from(["linux", "osx", "win", "unix"])),
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), min_size=1).filter(
    lambda text: text == text.strip() and len(text.splitlines()) == 1
)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
pip_lines = st.one_of(
    st.builds("{}=={}".format, names, versions),
    st.builds("{}[x,y]>={}; python_version > '3.8'".format, names, versions),
    st.builds("--extra-index-url https://pypi.example.org/{}".format, names),
    st.builds("-e ./{}".format, names),
)
specs = st.builds(
    Spec,
    name=st.none() | words,
    channels=st.lists(words, max_size=3).map(tuple),
    conda=st.lists(match_specs, max_size=6).map(tuple),
    pip=st.lists(pip_lines, max_size=4).map(tuple),
    variables=st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True), values, max_size=3),
    platforms=st.lists(st.sampled_from(["linux-64", "osx-arm64", "win-64"]), unique=True).map(tuple),
    python=st.sampled_from(["", ">=3.11", ">=3.11,<3.13", "==3.12.*"]),
)


@given(specs)
def test_what_is_written_is_read_as_the_same(spec: Spec) -> None:
    assert envfile.parse(envfile.write(spec)) == spec
    assert envfile.parse(envfile.write(spec).encode()) == spec


@given(st.text() | st.binary())
def test_any_input_is_read_or_refused(data: str | bytes) -> None:
    try:
        envfile.parse(data)
    except InvalidFile as error:
        assert len(str(error)) < 1000
