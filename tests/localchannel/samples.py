"""Small made-up packages, one for each thing that an installer has to get right.

========================  =============================================================
``tinytext`` 1.0, 2.0     pure Python, two versions, with a command
``tinyneeds`` 1.0         needs ``tinytext <2``: unsolvable together with ``tinytext 2.0``
``tinyactivate`` 1.0      scripts for activation and deactivation
``tinyconf`` 1.0          the prefix in a text and in a script's first line
``tinyblob`` 1.0          the prefix in a binary file
``tinykernel`` 1.0        a kernelspec of its own, for a language that is not Python
``tinypostlink`` 1.0      a post-link script, which nothing should run
========================  =============================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from .archive import PLACEHOLDER, Metadata, PackagedFile
from .platforms import current_subdir

Package = tuple[Metadata, tuple[PackagedFile, ...]]

_YEAR = 31_557_600


def sample_packages() -> Iterator[Package]:
    """All of them."""
    yield _tinytext("1.0", build_year=2020)
    yield _tinytext("2.0", build_year=2024)
    yield _generic("tinyneeds", PackagedFile("share/tinyneeds/README", b"Needs an old tinytext.\n"), "tinytext <2")
    yield _tinyactivate()
    yield _tinyconf()
    yield _tinyblob()
    yield _tinykernel()
    yield _generic(
        "tinypostlink",
        PackagedFile("bin/.tinypostlink-post-link.sh", b'#!/bin/sh\ntouch "$PREFIX/post-link-ran"\n', executable=True),
    )


def _tinytext(version: str, build_year: int) -> Package:
    code = (
        '"""Says things loudly."""\n\n'
        f'__version__ = "{version}"\n\n\n'
        "def shout(text):\n    return text.upper()\n\n\n"
        "def main():\n    print(shout('tinytext'), __version__)\n"
    )
    about = f"Metadata-Version: 2.1\nName: tinytext\nVersion: {version}\n"
    commands = "[console_scripts]\ntinytext = tinytext:main\n"
    folder = f"site-packages/tinytext-{version}.dist-info"
    metadata = Metadata(
        name="tinytext",
        version=version,
        subdir="noarch",
        build="py_0",
        depends=("python >=3.8",),
        noarch="python",
        entry_points=("tinytext = tinytext:main",),
        license="CC0-1.0",
        timestamp=(build_year - 1970) * _YEAR,
    )
    return metadata, (
        PackagedFile("site-packages/tinytext.py", code.encode()),
        PackagedFile(f"{folder}/METADATA", about.encode()),
        PackagedFile(f"{folder}/entry_points.txt", commands.encode()),
        PackagedFile(f"{folder}/INSTALLER", b"conda\n"),
    )


def _generic(name: str, file: PackagedFile, *depends: str) -> Package:
    return Metadata(name, "1.0", "noarch", "0", depends, noarch="generic", license="CC0-1.0"), (file,)


def _tinyactivate() -> Package:
    on = 'export TINYACTIVATE_HOME="$CONDA_PREFIX/share/tinyactivate"\nexport TINYACTIVATE_NOTE="a b \\"c\\" \'d\' é"\n'
    off = "unset TINYACTIVATE_HOME TINYACTIVATE_NOTE\n"
    metadata, files = _generic("tinyactivate", PackagedFile("etc/conda/activate.d/tinyactivate.sh", on.encode()))
    return metadata, (*files, PackagedFile("etc/conda/deactivate.d/tinyactivate.sh", off.encode()))


def _tinyconf() -> Package:
    settings = f"[tinyconf]\nhome = {PLACEHOLDER}/share/tinyconf\nagain = {PLACEHOLDER}\n"
    script = f"#!{PLACEHOLDER}/bin/python\nimport sys\n\nprint(sys.prefix)\n"
    text = PackagedFile("etc/tinyconf.ini", settings.encode(), file_mode="text")
    metadata, files = _generic("tinyconf", text, "python")
    return metadata, (*files, PackagedFile("bin/tinyconf", script.encode(), executable=True, file_mode="text"))


def _tinyblob() -> Package:
    content = b"\x7fTINY\0" + f"{PLACEHOLDER}/share/tinyblob".encode() + b"\0end\0"
    metadata = Metadata("tinyblob", "1.0", current_subdir(), "0", license="CC0-1.0")
    return metadata, (PackagedFile("share/tinyblob.bin", content, file_mode="binary"),)


def _tinykernel() -> Package:
    code = (
        "from ipykernel.ipkernel import IPythonKernel\n"
        "from ipykernel.kernelapp import IPKernelApp\n\n\n"
        "class TinyKernel(IPythonKernel):\n"
        '    language_info = {"name": "tiny", "version": "1.0", "mimetype": "text/plain"}\n\n\n'
        'if __name__ == "__main__":\n'
        "    IPKernelApp.launch_instance(kernel_class=TinyKernel)\n"
    )
    spec = {
        "argv": [f"{PLACEHOLDER}/bin/python", "-m", "tinykernel", "-f", "{connection_file}"],
        "display_name": "Tiny 1.0",
        "language": "tiny",
        "env": {"TINY_HOME": f"{PLACEHOLDER}/share"},
    }
    metadata = Metadata(
        "tinykernel", "1.0", "noarch", "py_0", ("ipykernel", "python"), noarch="python", license="CC0-1.0"
    )
    return metadata, (
        PackagedFile("site-packages/tinykernel.py", code.encode()),
        PackagedFile(
            "share/jupyter/kernels/tinykernel/kernel.json", json.dumps(spec, indent=1).encode(), file_mode="text"
        ),
    )
