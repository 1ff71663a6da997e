"""Several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(work: Callable[..., T], *people: tuple[object, ...]) -> list[T]:
    """Set off `work` for all of them together, each in a thread; give what it returned to each."""
    ready = Barrier(len(people))

    def begin(person: tuple[object, ...]) -> T:
        ready.wait()
        return work(*person)

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(begin, people))
