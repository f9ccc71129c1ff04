"""Answers the scenarios of lesson 4 with asyncio itself: one JSON object a line in, one a line out.

With --timelines, each scenario gets three lines, which say who did what, and when. The lesson's
page says what a scenario may ask for, and what is answered. Python 3.11 or newer, and nothing but
its standard library.
"""

import asyncio
import heapq
import itertools
import json
import sys


class Timer(asyncio.TimerHandle):
    """A timer that knows its place: asyncio's own heap keeps no order among equal deadlines."""

    def __init__(self, sequence, when, *arguments):
        super().__init__(when, *arguments)
        self.sequence = sequence

    def __lt__(self, other):
        return (self.when(), self.sequence) < (other.when(), other.sequence)


class VirtualTimeLoop(asyncio.BaseEventLoop):
    """asyncio's own loop, but its clock counts milliseconds, and waiting takes no time."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self.sequence = itertools.count()
        self._selector = self

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(next(self.sequence), when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is left to happen")
        self.now += timeout
        return []

    def _process_events(self, events):
        pass


class Failure(Exception):
    """What a job or a body fails with."""


class Run:
    """One scenario in one mode, and what happened in it."""

    def __init__(self, scenario, mode):
        self.scenario = scenario
        self.mode = mode
        self.jobs = list(all_jobs(scenario))
        self.events = []
        self.stop = None  # how many events came before the stop
        self.answered = None  # how many before the answer, and when that was
        self.results = []
        self.error = None
        self.stopped = False

    def note(self, what, name, message=None):
        self.events.append((asyncio.get_running_loop().time(), what, name, message))

    async def job(self, spec):
        if is_group(spec):
            await self.group(spec)
            return spec["name"]
        self.note("started", spec["name"])
        try:
            await asyncio.sleep(spec["delay_ms"])
        except asyncio.CancelledError:
            self.note("cancelled", spec["name"])
            raise
        if spec.get("fail") is not None:
            self.note("failed", spec["name"], spec["fail"])
            raise Failure(spec["fail"])
        self.note("completed", spec["name"])
        return spec["name"]

    async def group(self, spec):
        async with asyncio.TaskGroup() as group:
            for job in spec["jobs"]:
                group.create_task(self.job(job))
            if body := spec.get("body"):
                await asyncio.sleep(0)  # lets the jobs start
                await asyncio.sleep(body["at_ms"])
                if body.get("fail") is not None:
                    raise Failure(body["fail"])

    async def call(self):
        """What the caller does, and what it gets."""
        try:
            if self.mode == "taskgroup":
                await self.group(self.scenario)
            else:
                jobs = map(self.job, self.scenario["jobs"])
                self.results = await asyncio.gather(*jobs, return_exceptions=self.mode == "collect")
        except asyncio.CancelledError:
            self.stopped = True
        except (Failure, ExceptionGroup) as error:
            self.error = error
        self.answered = len(self.events), asyncio.get_running_loop().time()

    async def settle(self):
        """Runs the caller, and waits until the last orphan has ended."""
        caller = asyncio.create_task(self.call())
        if (stop := self.scenario.get("stop_ms")) is not None:
            for _ in range(depth(self.scenario) + 2):
                await asyncio.sleep(0)  # lets everybody start, and so fall asleep before
            asyncio.get_running_loop().call_later(stop, self.cancel, caller)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    def cancel(self, caller):
        if caller.cancel():
            self.stop = len(self.events)

    def play(self):
        loop = VirtualTimeLoop()
        try:
            loop.run_until_complete(self.settle())
        finally:
            loop.close()
        return self

    def names(self, what, events):
        return [name for _, happened, name, _ in events if happened == what]

    def in_spawn_order(self, names):
        return [job["name"] for job in self.jobs if job["name"] in names]

    def report(self):
        heard = leaves(self.error) if self.mode == "taskgroup" else filter(is_error, self.results)
        cancelled = self.in_spawn_order(set(self.names("cancelled", self.events)))
        report = {
            "completed": self.names("completed", self.events),
            "cancelled": cancelled,
            "raised": one_line(self.error),
            "aggregated": [one_line(error) for error in heard],
        }
        at_return, _ = self.answered
        if self.mode == "gather":
            report["completed_at_return"] = self.names("completed", self.events[:at_return])
        if self.mode == "collect":
            report["results"] = [in_words(result) for result in self.results]
        if not is_plain(self.scenario):
            # A gather that is stopped has cancelled its jobs by the time it returns.
            let_go = self.stopped and self.mode != "taskgroup"
            waited = self.events[: self.stop if let_go else at_return]
            ended = {name for _, what, name, _ in waited if what != "started"}
            names = {job["name"] for job in self.jobs}
            report["stopped"] = self.stopped
            report["unfinished"] = self.in_spawn_order(names - ended)
            if self.mode == "taskgroup":
                report["errors"] = shape(self.error)
        return report

    def timeline(self):
        at_return, at_ms = self.answered
        lanes = {
            job["name"]: {
                "name": job["name"],
                "start_ms": 0,
                "end_ms": 0,
                "outcome": "cancelled",
                "orphan": False,
                "error": None,
            }
            for job in self.jobs
        }
        for index, (now, what, name, message) in enumerate(self.events):
            if what == "started":
                lanes[name]["start_ms"] = now
            else:
                orphan = index >= at_return
                lanes[name].update(end_ms=now, outcome=what, orphan=orphan, error=message)
        result = "stopped" if self.stopped else "err" if self.error else "ok"
        caller = {"at_ms": at_ms, "result": result, "message": one_line(self.error)}
        return {"scenario": "", "mode": self.mode, "jobs": list(lanes.values()), "caller": caller}


def all_jobs(group):
    for job in group["jobs"]:
        if is_group(job):
            yield from all_jobs(job)
        else:
            yield job


def is_group(job):
    return job.get("jobs") is not None


def depth(group):
    return 1 + max(map(depth, filter(is_group, group["jobs"])), default=0)


def is_plain(scenario):
    special = scenario.get("body"), scenario.get("stop_ms")
    return special == (None, None) and not any(map(is_group, scenario["jobs"]))


def is_error(result):
    return isinstance(result, Exception)


def leaves(error):
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    elif error is not None:
        yield error


def one_line(error):
    """As the lesson's ErrorGroup shows itself: the number of errors, and the first three."""
    if not isinstance(error, ExceptionGroup):
        return None if error is None else str(error)
    messages = [str(leaf).translate({10: " ", 13: " "}) for leaf in leaves(error)]
    count = len(messages)
    more = f"; and {count - 3} more" if count > 3 else ""
    return f"{count} {'error' if count == 1 else 'errors'}: {'; '.join(messages[:3])}{more}"


def shape(error):
    if isinstance(error, ExceptionGroup):
        return [shape(inner) for inner in error.exceptions]
    return None if error is None else str(error)


def in_words(result):
    return f"err:{one_line(result)}" if is_error(result) else f"ok:{result}"


def main():
    timelines = "--timelines" in sys.argv[1:]
    for line in sys.stdin:
        scenario = json.loads(line)
        runs = [Run(scenario, mode).play() for mode in ("gather", "collect", "taskgroup")]
        if timelines:
            answers = [run.timeline() for run in runs]
        else:
            answers = [{run.mode: run.report() for run in runs}]
        for answer in answers:
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
