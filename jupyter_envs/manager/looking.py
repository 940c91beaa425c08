"""The use cases that change nothing: list, show, export, compare, search, diagnose."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_envs import exports
from jupyter_envs.comparison import Comparison, compare
from jupyter_envs.conversions import Converted
from jupyter_envs.exports import Export
from jupyter_envs.manager.base import ManagerBase
from jupyter_envs.manager.comparing import Side, read_side
from jupyter_envs.manager.converting import Conversion, convert, convert_environment
from jupyter_envs.manager.exporting import export, source_of, source_of_prefix
from jupyter_envs.manager.holding import holdings
from jupyter_envs.manager.importing import NotebookImports, Provider, notebook_imports, nowhere, provider
from jupyter_envs.manager.newer import NewerVersions, newer_versions, newer_wheels
from jupyter_envs.manager.packing import Packed, pack
from jupyter_envs.manager.planning import requested_names
from jupyter_envs.manager.requests import Documents
from jupyter_envs.manager.search import Query, SearchResult, has_package, search
from jupyter_envs.manager.templates import Template, read_templates
from jupyter_envs.manager.values import Detail, ForeignSummary, Summary
from jupyter_envs.models import EngineName, Reporter, SilentReporter, Spec
from jupyter_envs.package_query import PackageQuery
from jupyter_envs.prefix import with_needs
from jupyter_envs.running import below
from jupyter_envs.usage import Tally


class Looking(ManagerBase):
    """What there is, and what it looks like."""

    async def environments(self) -> list[Summary]:
        """All environments by name; one whose record is damaged is listed as ``broken``."""
        running, programs = self.running_kernels(), below(self._store.root)
        return [self._summary_of(name, found, running, programs) for name, found in self._store.listing()]

    def read_ahead(self) -> None:
        """Read the records of all environments, so that the first list does not have to. Called in a thread."""
        self._store.listing()

    async def listed(self, *, foreign: bool, queries: Sequence[PackageQuery] = ()) -> list[dict[str, Any]]:
        """The HTTP interface's summaries, ours first; with queries of those that have a package for each, and which."""
        found: list[Summary | ForeignSummary] = [*await self.environments()]
        found += await self.others.summaries(self.running_kernels()) if foreign else []
        if not queries:
            return [summary.to_json() for summary in found]
        prefixes = [(summary.name, summary.prefix) for summary in found]
        holding = await asyncio.to_thread(holdings, self._holdings, prefixes, queries)
        return [
            {**summary.to_json(), "holding": holding[summary.name].to_json()}
            for summary in found
            if summary.name in holding
        ]

    async def environment(self, name: str) -> Detail:
        """One environment with its packages, ours or another tool's. Raises `NotFound`."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return await self.others.detail(foreign, self.running_kernels())
        environment = self._store.get(name)
        spec = self._store.spec(name, environment.current)
        found = await self._installed(name)
        requested = requested_names(spec)
        names = tuple(package.name for package in found if package.name in requested)
        shown = await asyncio.to_thread(with_needs, self._store.prefix(name, environment.current), found)
        return Detail(self._summary(name, self.running_kernels()), tuple(shown), spec, names)

    async def summary(self, name: str) -> Summary | ForeignSummary:
        """One environment, also a broken one, which has no detail. Raises `NotFound`, `InvalidName`."""
        for summary in await self.environments():
            if summary.name == name:
                return summary
        return (await self.environment(name)).summary

    async def size(self, name: str) -> tuple[int, int]:
        """Bytes on disk that only an environment has, and that it shares, counted now. Raises `NotFound`."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return await self.others.measure(foreign)
        self._store.require(name)
        counted = await asyncio.to_thread(Tally, *self._store.prefixes(name))
        return counted.own, counted.shared

    async def export(self, name: str, format: str, *, versions: bool = False, ask_index: bool = False) -> Export:
        """An environment in one of `exports.FORMATS`. Raises `NotFound`, and what `exporting.export` raises."""
        exports.check_format(format)
        return await self._export(await self._source(name), format, versions, ask_index)

    async def export_prefix(
        self, folder: Path, format: str, *, versions: bool = False, ask_index: bool = False
    ) -> Export:
        """Any conda environment, whoever made it. Raises as `export` does."""
        exports.check_format(format)
        source = await asyncio.to_thread(source_of_prefix, folder, self.platform)
        return await self._export(await self._names.named(source), format, versions, ask_index)

    async def _source(self, name: str) -> exports.Source:
        """An environment as exports want it, ours or another tool's."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return await self._names.named(await self.others.source(foreign))
        return await asyncio.to_thread(source_of, self._store, name, self.platform)

    async def _export(self, source: exports.Source, format: str, versions: bool, ask_index: bool) -> Export:
        wants_index = exports.wants_index(source, format)
        if not ask_index and not wants_index:
            return await export(source, format, versions=versions, session=None)
        async with self._engine.session(SilentReporter()) as session:
            if wants_index:
                source = replace(source, index=await session.own_index())
            return await export(source, format, versions=versions, session=session if ask_index else None)

    async def pack(self, name: str, output: Path, reporter: Reporter, *, force: bool = False) -> Packed:
        """An environment as one archive; see `packing.pack`."""
        await self.require_own(name)
        return await pack(self._shop, name, output, reporter, force=force)

    async def diff(self, before: Side, after: Side) -> Comparison:
        """What has to change to get from one to the other. Raises `NotFound`, `InvalidInput`, `DiskTrouble`."""
        known = (self._store, self.others, self._engine, self.limits)
        return compare(await read_side(before, *known), await read_side(after, *known))

    async def convert(self, spec: Spec, engine: EngineName) -> Converted:
        """A file's wish for the other engine, see `converting.convert`. Raises `Conflict`."""
        return await convert(spec, engine, self.search, self.default_channels)

    async def convert_environment(self, name: str, engine: EngineName) -> Conversion:
        """An environment as a file for the other engine. Raises `NotFound`, `DiskTrouble`, `Conflict`."""
        source = await self._source(name)
        await asyncio.to_thread(self.conda_settings)  # the default channels follow them
        return await convert_environment(source, engine, self.search, self.default_channels)

    async def search(self, query: Query) -> SearchResult:
        """The packages of the channels by a part of their names. Raises `InvalidInput`, `Unreachable`, `Forbidden`."""
        await asyncio.to_thread(self.conda_settings)  # the default channels follow them
        return await search(query, self._searcher, self.platform, self.default_channels)

    async def newer(self, name: str) -> NewerVersions:
        """Newer versions of its packages, from its own channels or indexes.

        Raises `NotFound`, `Forbidden`, `Unreachable`.
        """
        await self.require_own(name)
        environment = self._store.get(name)
        spec = self._store.spec(name, environment.current)
        found = await self._installed(name)
        if spec.engine == "pypi":
            async with self._engine.session(SilentReporter()) as session:
                return await newer_wheels(spec, found, session, self.platform, environment.generation.python or "")
        return await newer_versions(spec, found, self._searcher, self.platform, self.default_channels)

    async def imports(self, path: str, documents: Documents) -> NotebookImports:
        """What a notebook imports and which packages bring it; installs nothing. Raises `NotFound`, `InvalidFile`."""
        return await notebook_imports(path, documents, has_package(self.search))

    async def provider(self, module: str, engine: EngineName = "conda") -> Provider:
        """The package that brings a module; of PyPI's nobody is asked. Raises `InvalidInput`, `Unreachable`."""
        return await provider(module, nowhere if engine == "pypi" else has_package(self.search))

    async def offered(self) -> list[Template]:
        """The templates for new environments, as they are now."""
        return await asyncio.to_thread(read_templates, self.templates, self.limits)
