"""Programs of `checks/` that are controlled line by line: JSON in, JSON out."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world import Json


@dataclass
class Told:
    """A running program."""

    process: asyncio.subprocess.Process

    async def __call__(self, act: str, **given: Any) -> Json:
        """Its answer to one command."""
        assert self.process.stdin is not None
        self.process.stdin.write((json.dumps({"act": act, **given}) + "\n").encode())
        return await self.said()

    async def said(self) -> Json:
        """The next line of the program."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        assert line, "the program stopped"
        found: Json = json.loads(line)
        return found


@contextlib.asynccontextmanager
async def told(*command: str | Path | int, **environment: str) -> AsyncIterator[Told]:
    """A program until the context ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=pipe, stdout=pipe, env=os.environ | environment
    )
    assert process.stdin is not None
    try:
        yield Told(process)
    finally:
        process.stdin.close()
        await process.wait()
