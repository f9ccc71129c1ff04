"""Asserts what step4-compare/ASYNCIO.md says about asyncio, each cell in a function of its own.
If httpx is installed, also what the pages of lessons 1 and 7 say about httpx."""

import asyncio
import faulthandler
import gc
import sys
import threading
from asyncio import CancelledError, TaskGroup, create_task, gather, sleep
from contextlib import suppress

try:
    import httpx
except ImportError:
    httpx = None

claims, log, loop_log = [], [], []


class FakeClock(asyncio.SelectorEventLoop):
    """Jumps to the next timer when there is nothing else to do."""

    def __init__(self):
        super().__init__()
        self.now, select = 0, self._selector.select

        def jump(timeout):
            self.now += timeout or 0
            return select(timeout and 0)

        self._selector.select = jump
        self.set_exception_handler(lambda _, context: loop_log.append(context["message"]))

    def time(self):
        return self.now


def asyncio_says(claim):
    return lambda function: claims.append((claim, function))


def does_not_hold(claim):
    return asyncio_says(f"does not hold: {claim}")


def httpx_says(claim):
    return asyncio_says(f"httpx: {claim}") if httpx else lambda _: None


async def job(delay, error=None):
    try:
        await sleep(delay)
    except CancelledError:
        log.append(f"{delay} cancelled")
        raise
    if error:
        raise error
    log.append(f"{delay} done")


async def cleans_up():
    try:
        await sleep(9)
    finally:
        await sleep(1)
        log.append("cleaned up")


async def swallows():
    with suppress(CancelledError):
        await cleans_up()


async def group_of(*jobs):
    async with TaskGroup() as group:
        for one in jobs:
            group.create_task(one)


async def error_of(work):
    try:
        await work
    except BaseException as error:
        return error


@asyncio_says("`gather(c())` starts the work at the call")
async def gather_starts():
    gather(job(0))
    await sleep(1)
    assert log == ["0 done"]


@asyncio_says("gather leaves the siblings of an error running")
async def gather_leaves_siblings():
    await error_of(gather(job(1, OSError()), job(2)))
    assert log == []
    await sleep(9)
    assert log == ["2 done"]


@asyncio_says("the second failure in a gather is swallowed")
async def second_failure():
    error = await error_of(gather(job(1, OSError("first")), job(2, OSError("second"))))
    await sleep(9)
    gc.collect()
    assert str(error) == "first" and loop_log == []


@asyncio_says("cancelling a gather cancels its children")
async def cancelled_gather():
    jobs = gather(job(8), job(9))
    await sleep(1)
    jobs.cancel()
    await error_of(jobs)
    assert log == ["8 cancelled", "9 cancelled"]


@asyncio_says("`asyncio.wait(FIRST_EXCEPTION)` cancels nothing")
async def first_exception():
    fails, goes_on = create_task(job(1, OSError())), create_task(job(2))
    done, _ = await asyncio.wait([fails, goes_on], return_when=asyncio.FIRST_EXCEPTION)
    await error_of(goes_on)
    assert done == {fails} and log == ["2 done"]


@asyncio_says("an exception that is never retrieved is logged")
async def never_retrieved():
    create_task(job(1, OSError()))
    await sleep(9)
    gc.collect()
    assert loop_log == ["Task exception was never retrieved"]


@asyncio_says("leaving a TaskGroup waits for its children")
async def leaving_a_group():
    await group_of(job(1), job(2))
    assert log == ["1 done", "2 done"]


@asyncio_says("`timeout()` around a group waits for its clean-up")
async def timeout_of_a_group():
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await group_of(cleans_up())
    assert log == ["cleaned up"]


@asyncio_says("cancellation is an exception: caught, swallowed, awaited in `finally`")
async def cancellation():
    task = create_task(swallows())
    await sleep(1)
    task.cancel()
    await error_of(task)
    assert log == ["cleaned up"] and not task.cancelled()


@asyncio_says("`cancel()` arrives at the current await, also in a task that was woken already")
async def cancel_arrives():
    event = asyncio.Event()
    task = create_task(event.wait())
    await sleep(1)
    event.set()
    task.cancel()
    await error_of(task)
    assert task.cancelled()


@asyncio_says("a task that cancels itself and then returns is cancelled")
async def cancels_itself():
    async def returns():
        asyncio.current_task().cancel()
        log.append("returned")

    task = create_task(returns())
    await error_of(task)
    assert task.cancelled() and log == ["returned"]


@asyncio_says("awaiting what is ready does not yield")
async def ready():
    asyncio.get_running_loop().call_soon(log.append, "another turn")
    permits, queue, event = asyncio.Semaphore(1000), asyncio.Queue(), asyncio.Event()
    event.set()
    for number in range(1000):
        await event.wait()
        await permits.acquire()
        await queue.put(number)
        await queue.get()
    assert log == []


@asyncio_says("blocking stalls the loop")
async def blocking():
    ran = threading.Event()
    asyncio.get_running_loop().call_soon_threadsafe(ran.set)
    assert not ran.wait(0.01)
    await sleep(0)
    assert ran.is_set()


@asyncio_says("`to_thread` outlives the group")
async def thread():
    started, release = threading.Event(), threading.Event()

    def work():
        started.set()
        release.wait()
        log.append("thread done")

    async def fails():
        await asyncio.to_thread(started.wait)
        raise OSError

    await error_of(group_of(asyncio.to_thread(work), fails()))
    log.append("group done")
    release.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert log == ["group done", "thread done"]


@asyncio_says("cancelling an HTTP request does not undo it")
async def cancelled_request():
    arrived, done = asyncio.Event(), asyncio.Event()

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await job(1)
        writer.close()
        done.set()

    async def request():
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"POST / HTTP/1.1\r\n\r\n")
        await reader.read()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    task = create_task(request())
    await arrived.wait()
    task.cancel()
    await error_of(task)
    log.append("cancelled")
    await done.wait()
    server.close()
    assert log == ["cancelled", "1 done"]


@asyncio_says("KeyboardInterrupt leaves a TaskGroup bare")
async def keyboard_interrupt():
    error = await error_of(group_of(job(1, KeyboardInterrupt()), job(2)))
    assert type(error) is KeyboardInterrupt and log == ["2 cancelled"]


@asyncio_says("a fake clock serves in tests")
async def fake_clock():
    await sleep(3600)
    assert asyncio.get_running_loop().time() == 3600


@does_not_hold("the tracking example records the siblings that were cancelled")
async def tracking():
    async def from_a_mock(error=None):  # There is no await in it.
        if error:
            raise error
        log.append("done")

    await error_of(group_of(from_a_mock(OSError()), from_a_mock(), from_a_mock()))
    assert log == ["done", "done"]


@does_not_hold("to count the members of a group is to count the failures")
async def counting():
    error = await error_of(group_of(group_of(job(1, OSError()), job(1, ValueError()))))
    assert len(error.exceptions) == 1


@does_not_hold("a swallowed cancellation hangs the group")
async def swallowed():
    await error_of(group_of(swallows(), job(1, OSError())))
    assert log == ["cleaned up"]


@does_not_hold("after a failure no waiter gets a permit")
async def permits():
    permit = asyncio.Semaphore(1)

    async def with_permit(error=None):
        async with permit:
            log.append("permit")
            await job(1, error)

    await error_of(group_of(with_permit(OSError()), with_permit(), with_permit()))
    assert log == ["permit", "permit", "1 cancelled"]


@does_not_hold("tolerable failures survive a partial success")
async def tolerable():
    try:
        await group_of(job(1, OSError("tolerable")), job(2))
    except* OSError:
        log.append("recorded")
    assert log == ["2 cancelled", "recorded"]


@does_not_hold("the test with a meter proves the cap")
async def meter():
    async def from_a_mock(permits):
        async with permits:
            log.extend(["enter", "exit"])  # There is no await between the two.

    permits = asyncio.Semaphore(6)
    await group_of(*[from_a_mock(permits) for _ in range(6)])
    assert log == ["enter", "exit"] * 6


@does_not_hold("one `try` can have `except` and `except*`")
async def mixed():
    with suppress(SyntaxError):
        compile("try: pass\nexcept OSError: pass\nexcept* ValueError: pass", "", "exec")
        log.append("compiled")
    assert log == []


def get(status, url="http://server/page", follow_redirects=False, **answer):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
    response = httpx.Client(transport=transport, follow_redirects=follow_redirects).get(url)
    response.raise_for_status()
    return response


@httpx_says("follows no redirect unless told to: a 302 is an error")
async def no_redirect():
    with suppress(httpx.HTTPStatusError):
        log.append(get(302, headers={"Location": "/page"}))
    assert log == []


@httpx_says("gives up after 5 seconds without data, by default")
async def default_timeout():
    assert httpx.AsyncClient().timeout == httpx.Timeout(5)


@httpx_says("`response.text` decodes as the headers say, and replaces what does not fit")
async def response_text():
    latin_1 = {"Content-Type": "text/plain; charset=latin-1"}
    assert get(200, headers=latin_1, content=b"caf\xe9").text == "caf\xe9"
    assert get(200, content=b"caf\xe9 ").text == "caf\ufffd "


@httpx_says("`raise_for_status` raises for every status but 2xx")
async def raise_for_status():
    for status in (304, 404, 503):
        with suppress(httpx.HTTPStatusError):
            log.append(get(status))
    assert log == [] and get(204)


@httpx_says("a URL that does not parse is raised; so are too many redirects, if it follows them")
async def raised():
    for options in ({"url": "http://server:port/"}, {"follow_redirects": True}):
        with suppress(httpx.InvalidURL, httpx.TooManyRedirects):
            try:
                log.append(get(302, headers={"Location": "/page"}, **options))
            except (httpx.HTTPStatusError, httpx.TransportError) as caught:  # As the article does.
                log.append(caught)
    assert log == []


def check(function):
    log.clear()
    loop_log.clear()
    loop = FakeClock()
    task = loop.create_task(function())
    while not task.done():  # A KeyboardInterrupt of a child ends the loop, and not the task.
        with suppress(KeyboardInterrupt):
            loop.run_until_complete(task)
    loop.close()


faulthandler.dump_traceback_later(60, exit=True)
hold = []
for claim, function in claims:
    try:
        check(function)
        hold.append(claim)
    except Exception as error:
        seen = f"{error!r}; the log: {log + loop_log}"
        sys.stderr.write(f"not so in this Python: {claim} ({seen})\n")
about_httpx = sum(claim.startswith("httpx: ") for claim in hold)
print(f"{about_httpx} claims about httpx" if httpx else "httpx is not installed", end=", ")
print(f"{len(hold) - about_httpx} claims about asyncio hold")
sys.exit(len(hold) < len(claims))
