"""Many URLs, 64 at a time, with httpx or aiohttp: FORM URLS ADDRESS, one JSON object."""

import asyncio
import json
import sys
import time

IN_FLIGHT = 64


async def httpx(urls):
    import httpx

    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(limits=limits, timeout=None, trust_env=False) as client:

        async def get(url):
            return (await client.get(url)).is_success

        return await bounded(get, urls)


async def aiohttp(urls):
    import aiohttp

    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def get(url):
            async with session.get(url) as response:
                await response.read()
                return response.ok

        return await bounded(get, urls)


async def bounded(get, urls):
    """The article's shape: one task for each URL, behind a semaphore."""
    permits = asyncio.Semaphore(IN_FLIGHT)

    async def fetch(url):
        async with permits:
            assert await get(url)

    async def round(urls):
        async with asyncio.TaskGroup() as group:
            for url in urls:
                group.create_task(fetch(url))

    await round(urls[:500])  # The connections are there for the next round.
    start = time.perf_counter()
    await round(urls)
    return time.perf_counter() - start


def main():
    form, count, address = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    urls = [f"http://{address}/{index}" for index in range(count)]
    seconds = asyncio.run({"httpx": httpx, "aiohttp": aiohttp}[form](urls))
    print(json.dumps({"seconds": seconds}))


main()
