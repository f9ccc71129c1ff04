"""Runs the scenarios of lesson 4 with asyncio: one JSON object a line in, one a line out."""

import asyncio
import json
import sys


class VirtualTimeLoop(asyncio.BaseEventLoop):
    """asyncio's own loop. Its clock counts milliseconds, and jumps to the next timer."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self._selector = self
        self._clock_resolution = 0.5  # timers of one millisecond are due together

    def time(self):
        self.now += 1e-6  # as on a real clock, a timer that is set later is due later
        return self.now

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("all tasks wait, and there is no timer")
        self.now += timeout
        return []

    def _process_events(self, events):
        pass


class Failure(Exception):
    """The failure of a job."""


async def run(mode, specs):
    completed, cancelled = [], set()

    async def job(spec):
        try:
            await asyncio.sleep(spec["delay_ms"])
        except asyncio.CancelledError:
            cancelled.add(spec["name"])
            raise
        if spec.get("fail") is not None:
            raise Failure(spec["fail"])
        completed.append(spec["name"])
        return f"ok:{spec['name']}"

    raised, results = None, []
    try:
        if mode == "taskgroup":
            async with asyncio.TaskGroup() as group:
                for spec in specs:
                    group.create_task(job(spec))
        else:
            jobs = map(job, specs)
            results = await asyncio.gather(*jobs, return_exceptions=mode == "collect")
    except (Failure, ExceptionGroup) as error:
        raised = error
    at_return = completed.copy()
    while orphans := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(orphans)

    errors = [str(result) for result in results if isinstance(result, Failure)]
    if isinstance(raised, ExceptionGroup):
        errors = [str(error) for error in raised.exceptions]
        # As the lesson's ErrorGroup shows itself.
        count, more = len(errors), len(errors) - 3
        raised = f"{count} error{'s' if count > 1 else ''}: {'; '.join(errors[:3])}"
        raised += f"; and {more} more" if more > 0 else ""
    report = {
        "completed": completed,
        # asyncio keeps its tasks in a set, and cancels them in any order.
        "cancelled": [spec["name"] for spec in specs if spec["name"] in cancelled],
        "raised": None if raised is None else str(raised),
        "aggregated": errors,
    }
    if mode == "gather":
        report["completed_at_return"] = at_return
    if mode == "collect":
        report["results"] = [one if isinstance(one, str) else f"err:{one}" for one in results]
    return report


loop = VirtualTimeLoop()
for line in sys.stdin:
    report = {}
    for mode in ("gather", "collect", "taskgroup"):
        loop.now = 0
        report[mode] = loop.run_until_complete(run(mode, json.loads(line)["jobs"]))
    print(json.dumps(report))
