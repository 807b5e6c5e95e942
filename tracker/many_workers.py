"""Who does the cases: an executor's workers, or processes of this machine, some of which may die."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager

from tracker.many_cases import Result, Task, failed, run

Done = Callable[[str, Result], None]
"""Called with the name and the result of each case that is done."""


class Lost(Exception):
    """No worker will answer any more."""


def over(pool: Executor, tasks: Mapping[str, Task], done: Done) -> None:
    """Have the tasks done by an executor; whatever ends this early takes back what was not begun."""
    waiting: dict[Future[Result], str] = {}
    try:
        for name, task in tasks.items():
            try:
                waiting[pool.submit(run, task)] = name
            except RuntimeError as error:  # broken, or shut down
                raise Lost(_said(error)) from error
            except Exception as error:  # it cannot travel
                done(name, failed(error.with_traceback(None)))
        for future in as_completed(list(waiting)):
            try:
                result = future.result()
            except (BrokenExecutor, CancelledError) as error:
                raise Lost(_said(error)) from error
            except Exception as error:  # not the case's own, which is a result: it could not travel, or killed workers
                result = failed(error.with_traceback(None))
            done(waiting.pop(future), result)
    except Lost:
        for future, name in waiting.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                done(name, future.result())
        raise
    finally:
        for future in waiting:
            future.cancel()


def over_processes(tasks: Mapping[str, Task], done: Done) -> None:
    """Have the tasks done by processes of this machine; those during which one dies are tried again, one by one."""
    left = dict(tasks)

    def note(name: str, result: Result) -> None:
        del left[name]
        done(name, result)

    while left:
        number = min(len(left), _processors())
        try:
            with _processes(number) as pool:
                over(pool, dict(left), note)
        except Lost:
            _check_start()
            # They are begun in order, so that those under way were the first that are not done.
            _one_by_one({name: left[name] for name in list(left)[:number]}, note)


def _one_by_one(tasks: dict[str, Task], note: Done) -> None:
    """Have each task done while nothing else is, so that it is known which one kills its process."""
    while tasks:
        with _processes(1) as pool:
            for name in list(tasks):
                try:
                    over(pool, {name: tasks.pop(name)}, note)
                except Lost:
                    note(name, ("failed", (), "its process was killed twice; perhaps memory is short"))
                    break


@contextmanager
def _processes(number: int) -> Iterator[Executor]:
    from multiprocessing import get_context

    # Fresh processes: a copy of this one would share its threads' locks and its open logs.
    with ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_finish_first) as pool:
        yield pool


def _finish_first() -> None:
    """Leave Ctrl-C to the run, which lets the cases under way be finished and begins no other."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_start() -> None:
    try:
        with _processes(1) as pool:
            pool.submit(os.getpid).result()
    except BrokenExecutor as error:
        raise Lost('no process can be started; in a script, call this below `if __name__ == "__main__":`') from error


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")
