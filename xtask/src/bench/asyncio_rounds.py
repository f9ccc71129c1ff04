"""The same work in asyncio: FORM TASKS, of which the answer is one JSON object."""

import asyncio
import json
import statistics
import sys
import time


async def work():
    return None


async def task_group(tasks):
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(work())
    return time.perf_counter() - start


async def gather(tasks):
    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(tasks)))
    return time.perf_counter() - start


async def stop_task_group(tasks):
    """From the moment of the failure until the last sleeper is gone."""
    start = None

    async def fail():
        nonlocal start
        start = time.perf_counter()
        raise ValueError("boom")

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(tasks):
                group.create_task(asyncio.sleep(3600))
            await asyncio.sleep(0)  # They fall asleep.
            group.create_task(fail())
    except* ValueError:
        pass
    return time.perf_counter() - start


def main():
    form, tasks = sys.argv[1], int(sys.argv[2])
    forms = {"task_group": task_group, "gather": gather, "stop_task_group": stop_task_group}
    rounds = [asyncio.run(forms[form](tasks)) for _ in range(7)]
    # The first rounds are for the allocator and the caches.
    print(json.dumps({"seconds": statistics.median(rounds[2:])}))


main()
