"""Jobs end in a terminal state whatever their work does, in order, with bounded memory."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import Cancelled, Conflict, NotFound, Unsolvable
from jupyter_envs.jobs import Action, Job, Jobs
from jupyter_envs.models import Progress, Reporter


class Watch:
    """A listener that remembers what it was told and lets a test wait for a job's state."""

    def __init__(self, **options: Any) -> None:
        self.told: list[tuple[str, Action]] = []
        self._news = asyncio.Event()
        self.jobs = Jobs(self._listen, **options)

    def _listen(self, id: str, action: Action) -> None:
        self.told.append((id, action))
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 10)

    async def end(self, job: Job) -> Job:
        await self.until(lambda: self.jobs.get(job.id).ended)
        return self.jobs.get(job.id)


async def nothing(_reporter: Reporter) -> None:
    """Work that is done at once."""


def blocked(gate: asyncio.Event) -> Callable[[Reporter], Awaitable[str]]:
    """Work that lasts until the gate opens."""

    async def work(_reporter: Reporter) -> str:
        await gate.wait()
        return "through"

    return work


def test_a_job_is_queued_runs_and_is_done() -> None:
    async def work(reporter: Reporter) -> dict[str, int]:
        reporter.log("adding")
        reporter.progress(Progress("solving", packages_done=1))
        return {"sum": 3}

    async def run() -> None:
        watch = Watch()
        first = watch.jobs.submit("sum", "Add numbers", "a", work)
        assert (first.kind, first.title, first.subject, first.ended) == ("sum", "Add numbers", "a", False)
        job = await watch.end(first)
        assert (job.state, job.result, job.error) == ("done", {"sum": 3}, None)
        assert job.started is not None and job.finished is not None
        assert job.created <= job.started <= job.finished
        assert watch.jobs.get(job.id) == watch.jobs.get(job.id) == job
        assert watch.jobs.log(job.id) == "adding\n"
        assert json.loads(json.dumps(job.to_json()))["progress"]["packages_done"] == 1
        assert watch.told[0] == (job.id, "created")

    asyncio.run(run())


def test_an_error_that_is_meant_becomes_the_jobs_error() -> None:
    error = Unsolvable("No numpy 99.", hints=["Ask for an older one."], name="numpy")

    async def work(_reporter: Reporter) -> None:
        raise error

    async def run() -> None:
        watch = Watch()
        job = await watch.end(watch.jobs.submit("k", "t", None, work))
        assert (job.state, job.error, job.result) == ("failed", error.to_json(), None)
        assert watch.jobs.log(job.id) == "No numpy 99.\nAsk for an older one.\n", "the log says it, too"

    asyncio.run(run())


def test_a_bug_is_logged_with_its_traceback_and_told_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    async def work(_reporter: Reporter) -> None:
        raise ValueError("the-reason in https://me:the-secret@example.org/x")

    async def run() -> Job:
        watch = Watch()
        return await watch.end(watch.jobs.submit("k", "t", None, work))

    with caplog.at_level(logging.ERROR):
        job = asyncio.run(run())
    assert job.state == "failed" and job.error is not None
    assert job.error["code"] == "internal" and "ValueError" in job.error["message"]
    assert "the-reason" not in json.dumps(job.to_json())
    assert "Traceback" in caplog.text and "the-reason" in caplog.text
    assert "the-secret" not in caplog.text


def test_cancel_waits_until_the_work_has_cleaned_up_and_a_second_cancel_does_not_cut_that_short() -> None:
    steps: list[str] = []

    async def run() -> None:
        started, cleaning, leave = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def work(_reporter: Reporter) -> None:
            try:
                started.set()
                await asyncio.Event().wait()
            finally:
                steps.append("cleaning")
                cleaning.set()
                await leave.wait()
                steps.append("clean")

        watch = Watch()
        job = watch.jobs.submit("k", "Slow", "a", work)
        await started.wait()
        first, second = (asyncio.create_task(watch.jobs.cancel(job.id)) for _ in range(2))
        await cleaning.wait()
        assert not watch.jobs.get(job.id).ended
        leave.set()
        assert (await first).state == (await second).state == "cancelled"
        assert steps == ["cleaning", "clean"]
        error = watch.jobs.get(job.id).error
        assert error is not None and error["code"] == "cancelled" and "Slow" in error["message"]

    asyncio.run(run())


@pytest.mark.parametrize("width", [1, 0], ids=["before its first step", "queued"])
def test_a_job_that_is_cancelled_before_it_began_never_begins(width: int) -> None:
    begun: list[int] = []

    async def work(_reporter: Reporter) -> None:
        begun.append(1)

    async def run() -> Job:
        jobs = Jobs(width=width)
        return await jobs.cancel(jobs.submit("k", "t", None, work).id)

    assert asyncio.run(run()).state == "cancelled"
    assert begun == []


def test_work_that_was_past_the_point_of_return_is_done_in_spite_of_the_cancel() -> None:
    async def run() -> None:
        started = asyncio.Event()

        async def work(_reporter: Reporter) -> str:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return "published"
            raise AssertionError

        jobs = Jobs()
        job = jobs.submit("k", "t", None, work)
        await started.wait()
        job = await jobs.cancel(job.id)
        assert (job.state, job.result) == ("done", "published")
        assert await jobs.cancel(job.id) == job

    asyncio.run(run())


def test_jobs_for_one_subject_run_one_after_the_other_and_others_beside_them() -> None:
    async def run() -> None:
        gate = asyncio.Event()
        watch = Watch(width=3)
        submit = watch.jobs.submit
        a1, a2, b, none1, none2 = (submit("k", "t", subject, blocked(gate)) for subject in ("a", "a", "b", None, None))

        def states(*jobs: Job) -> list[str]:
            return [watch.jobs.get(job.id).state for job in jobs]

        assert states(a1, a2, b, none1, none2) == ["running", "queued", "running", "running", "queued"]
        await watch.jobs.cancel(none1.id)
        # room for one, and the subject of the older one is still busy
        assert states(a1, a2, b, none2) == ["running", "queued", "running", "running"]
        await watch.jobs.cancel(a1.id)
        assert states(a2) == ["running"]
        gate.set()
        assert (await watch.end(a2)).result == "through"
        assert [job.id for job in watch.jobs.list()] == [job.id for job in (none2, none1, b, a2, a1)]

    asyncio.run(run())


def test_a_hundred_jobs_run_in_the_order_in_which_they_were_submitted() -> None:
    async def run() -> None:
        order: list[int] = []
        watch = Watch(width=2)

        def work(number: int) -> Callable[[Reporter], Awaitable[None]]:
            async def append(_reporter: Reporter) -> None:
                await asyncio.sleep(0)
                order.append(number)

            return append

        jobs = [watch.jobs.submit("k", "t", "same", work(number)) for number in range(100)]
        await watch.end(jobs[-1])
        assert order == list(range(100))

    asyncio.run(run())


def test_whoever_comes_with_many_jobs_for_one_subject_lets_the_others_through() -> None:
    async def run() -> None:
        order: list[str] = []
        watch = Watch(width=1)

        def work(name: str) -> Callable[[Reporter], Awaitable[None]]:
            async def append(_reporter: Reporter) -> None:
                await asyncio.sleep(0)
                order.append(name)

            return append

        names = [*(f"a{number}" for number in range(50)), "b0", "b1", "c0"]
        jobs = [watch.jobs.submit("k", "t", name[0], work(name)) for name in names]
        await watch.until(lambda: all(watch.jobs.get(job.id).ended for job in jobs))
        assert order[:6] == ["a0", "b0", "c0", "a1", "b1", "a2"]
        assert [name for name in order if name[0] == "a"] == names[:50]
        # who comes later still does not wait for all that was there before
        more = [watch.jobs.submit("k", "t", name[0], work(name)) for name in ("a50", "a51", "d0")]
        await watch.until(lambda: all(watch.jobs.get(job.id).ended for job in more))
        assert order[-3:] == ["a50", "d0", "a51"]

    asyncio.run(run())


def test_too_many_waiting_jobs_are_refused() -> None:
    async def run() -> None:
        jobs = Jobs(width=0, waiting=2)
        kept = [jobs.submit("k", "t", None, nothing) for _ in range(2)]
        with pytest.raises(Conflict, match="2 jobs are waiting"):
            jobs.submit("k", "t", None, nothing)
        assert {job.id for job in jobs.list()} == {job.id for job in kept}

    asyncio.run(run())


def test_only_the_newest_ended_jobs_stay_listed_and_the_log_says_what_went() -> None:
    async def run() -> None:
        watch = Watch(keep=3)
        jobs = [watch.jobs.submit("k", "t", None, nothing) for _ in range(5)]
        await watch.end(jobs[-1])
        assert [job.id for job in watch.jobs.list()] == [job.id for job in reversed(jobs[2:])]
        assert [id for id, action in watch.told if action == "removed"] == [job.id for job in jobs[:2]]
        with pytest.raises(NotFound):
            watch.jobs.get(jobs[0].id)

    asyncio.run(run())


def test_only_an_ended_job_can_be_dismissed() -> None:
    async def run() -> None:
        watch = Watch(width=0)
        job = watch.jobs.submit("k", "Long", None, nothing)
        with pytest.raises(Conflict, match="Long"):
            watch.jobs.dismiss(job.id)
        await watch.jobs.cancel(job.id)
        watch.jobs.dismiss(job.id)
        assert watch.jobs.list() == []
        for call in (watch.jobs.dismiss, watch.jobs.log, watch.jobs.get):
            with pytest.raises(NotFound):
                call(job.id)

    asyncio.run(run())


def test_a_flood_of_log_lines_is_cut_from_the_front() -> None:
    async def work(reporter: Reporter) -> None:
        for number in range(200):
            reporter.log(f"{number} " + "x" * 1_000_000)
        for number in range(5_000):
            reporter.log(f"line {number}")

    async def run() -> str:
        watch = Watch(log_size=10_000)
        return watch.jobs.log((await watch.end(watch.jobs.submit("k", "t", None, work))).id)

    log = asyncio.run(run())
    assert len(log) <= 10_000
    assert log.endswith("line 4998\nline 4999\n")
    assert log.startswith("line ")


def test_a_line_that_is_longer_than_the_log_is_cut() -> None:
    async def work(reporter: Reporter) -> None:
        reporter.log("x" * 500)

    async def run() -> str:
        watch = Watch(log_size=100)
        return watch.jobs.log((await watch.end(watch.jobs.submit("k", "t", None, work))).id)

    assert asyncio.run(run()) == "x" * 99 + "\n"


def test_progress_is_announced_now_and_then_and_its_last_state_always() -> None:
    async def run() -> None:
        gate = asyncio.Event()

        async def work(reporter: Reporter) -> None:
            for number in range(1_000):
                reporter.progress(Progress("fetching", packages_done=number))
            await gate.wait()

        watch = Watch(interval=0.05)
        job = watch.jobs.submit("k", "t", None, work)
        # created, running, and then one for a thousand steps
        await watch.until(lambda: len(watch.told) == 3)
        progress = watch.jobs.get(job.id).progress
        assert progress is not None and progress.packages_done == 999
        gate.set()
        await watch.end(job)
        assert [action for _, action in watch.told] == ["created", "changed", "changed", "changed"]

    asyncio.run(run())


def test_what_is_reported_after_the_end_changes_nothing() -> None:
    async def run() -> None:
        kept: list[Reporter] = []

        async def work(reporter: Reporter) -> None:
            kept.append(reporter)

        watch = Watch()
        job = await watch.end(watch.jobs.submit("k", "t", None, work))
        told = len(watch.told)
        kept[0].progress(Progress("linking"))
        kept[0].log("late")
        assert (watch.jobs.get(job.id), watch.jobs.log(job.id), len(watch.told)) == (job, "", told)

    asyncio.run(run())


def test_a_listener_that_raises_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        def listen(_id: str, _action: Action) -> None:
            raise RuntimeError("deaf")

        gate = asyncio.Event()
        jobs = Jobs(listen)
        job = jobs.submit("k", "t", None, blocked(gate))
        assert (await jobs.cancel(job.id)).state == "cancelled"

    asyncio.run(run())
    assert "deaf" in caplog.text


def test_after_a_crash_the_jobs_that_had_not_ended_are_interrupted(tmp_path: Path) -> None:
    """The state file as it was while jobs ran is what a crash leaves behind."""
    running, left = tmp_path / "running.json", tmp_path / "left.json"

    async def run() -> tuple[Job, Job]:
        gate = asyncio.Event()
        watch = Watch(width=1, state_file=running)
        await watch.end(watch.jobs.submit("k", "done before", None, nothing))
        jobs = watch.jobs.submit("k", "was running", "a", blocked(gate)), watch.jobs.submit("k", "queued", "b", nothing)
        left.write_bytes(running.read_bytes())
        await watch.jobs.close()
        return jobs

    def restarted() -> list[Job]:
        return Jobs(state_file=left).list()

    was_running, queued = asyncio.run(run())
    found = restarted()
    assert [(job.id, job.title, job.state) for job in found] == [
        (queued.id, "queued", "failed"),
        (was_running.id, "was running", "failed"),
    ]
    for job in found:
        assert job.error is not None and job.error["code"] == "interrupted" and job.title in job.error["message"]
        assert job.finished is not None

    async def dismiss_one() -> None:
        Jobs(state_file=left).dismiss(queued.id)

    asyncio.run(dismiss_one())
    assert [job.id for job in restarted()] == [was_running.id]


def test_closing_interrupts_what_runs_after_its_cleaning_up_and_refuses_new_jobs(tmp_path: Path) -> None:
    cleaned: list[str] = []

    async def run() -> None:
        async def work(_reporter: Reporter) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                cleaned.append("yes")

        watch = Watch(width=1, state_file=tmp_path / "jobs.json")
        jobs = [watch.jobs.submit("k", "t", None, work) for _ in range(2)]
        await asyncio.sleep(0)
        await watch.jobs.close()
        assert cleaned == ["yes"]
        assert {watch.jobs.get(job.id).state for job in jobs} == {"failed"}
        with pytest.raises(Conflict):
            watch.jobs.submit("k", "t", None, nothing)

    asyncio.run(run())
    errors = [job.error for job in Jobs(state_file=tmp_path / "jobs.json").list()]
    assert [error and error["code"] for error in errors] == ["interrupted", "interrupted"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"jobs": [{"odd": 1}]}', '{"jobs": 3}', '{"jobs": ["text"]}', "\0\0\0"]
)
def test_a_damaged_state_file_counts_as_empty(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(text)
    assert Jobs(state_file=path).list() == []
    assert "could not be read" in caplog.text
    assert not path.exists()


def test_a_disk_that_refuses_the_state_file_stops_no_job(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> Job:
        watch = Watch(state_file=tmp_path / "missing" / "jobs.json")
        return await watch.end(watch.jobs.submit("k", "t", None, nothing))

    assert asyncio.run(run()).state == "done"
    assert "could not be written" in caplog.text


def test_work_that_says_itself_that_it_was_cancelled_is_cancelled() -> None:
    async def work(_reporter: Reporter) -> None:
        raise Cancelled("The worker was told to stop.")

    async def run() -> Job:
        watch = Watch()
        return await watch.end(watch.jobs.submit("k", "t", None, work))

    assert asyncio.run(run()).state == "cancelled"


@pytest.mark.parametrize("before", [0, 80, 90, 99, 100, 500, 10_050, 10_090, 10_099])
def test_no_cut_of_a_long_line_lets_a_part_of_a_secret_through(before: int) -> None:
    async def work(reporter: Reporter) -> None:
        line = f"{'x ' * (before // 2)}https://me:{'Canary' * 20}@example.org/channel "
        reporter.log(line + "and so on " * 3_000)

    async def run() -> str:
        watch = Watch(log_size=100)
        return watch.jobs.log((await watch.end(watch.jobs.submit("k", "t", None, work))).id)

    assert "Canary" not in asyncio.run(run())
