"""``binder/Dockerfile``: the same lists in an image of one's own, for JupyterHub and any other host."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import InvalidInput
from .files import FOLDER, File
from .marker import marked
from .targets import Target

_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._:/-]{0,255}@sha256:[0-9a-f]{64}\Z")
PATH = "Dockerfile.jupyter-envs"


def recipe(targets: Sequence[Target], image: str) -> File:
    """An OCI recipe on ``image``, which must be named by its digest; it builds with the files of `write_files`.

    The image needs conda's layout of the Jupyter Docker Stacks: ``/opt/conda`` with mamba and Jupyter in it. Not below
    ``binder/``, where repo2docker would take a Dockerfile for its own. Raises `InvalidInput`.
    """
    check_image(image)
    names = ", ".join(target.environment for target in targets)
    return File(PATH, marked(_LINES.format(image=image, folder=FOLDER, names=names).split("\n")))


def check_image(image: str) -> None:
    """Raise `InvalidInput` for a base image that is not named by its digest."""
    if _IMAGE.match(image):
        return
    raise InvalidInput(
        "A recipe needs a base image that is pinned by its digest, and no registry is asked for one."
        if not image
        else f"“{image[:80]}” is no image that is pinned by its digest.",
        hints=(
            "Say --base-image NAME@sha256:…, or set Manager.binder_base_image.",
            "docker buildx imagetools inspect NAME:TAG shows the digest.",
        ),
        key="base_image",
    )


_LINES = """\
# An image with the environments {names}.
# Build it in the repository's top folder: docker build --file Dockerfile.jupyter-envs .
FROM {image}
ENV CONDA_DIR=/opt/conda \\
    NB_PYTHON_PREFIX=/opt/conda \\
    MAMBA_EXE=/opt/conda/bin/mamba
ARG TARGETARCH=amd64
COPY --chown=${{NB_UID:-1000}} {folder}/ /tmp/binder/
RUN case "$TARGETARCH" in amd64) CONDA_PLATFORM=linux-64 ;; arm64) CONDA_PLATFORM=linux-aarch64 ;; esac && \\
    export CONDA_PLATFORM && bash /tmp/binder/postBuild
COPY --chown=${{NB_UID:-1000}} . /home/jovyan/work/"""
