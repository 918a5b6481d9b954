"""train(), held at the end of each epoch, so that a clock can read it."""

import sys
import threading
import time
from typing import Any, Callable, Optional

CLOCK = time.perf_counter


class Enough(Exception):
    """Ends train() where it waits for its next epoch."""


class Epochs:
    """`train`, a function, epoch by epoch.

    Every snippet writes one line with the loss when an epoch is over and its
    device has finished. This stands in for standard output and holds `train`
    at that line until the next epoch may begin. The clock, pyperf's, runs in
    a thread of its own: frameworks keep things for the thread that made
    them."""

    def __init__(self, train: Callable[[], Any]) -> None:
        self.train = train
        self.begin = threading.Semaphore(0)
        self.over = threading.Semaphore(0)
        self.job: Optional[Callable[[], Any]] = None
        self.answer: Any = None
        self.error: Optional[BaseException] = None
        self.enough = False
        self.stdout = sys.stdout

    def run(self, clock: Callable[[], Any]) -> None:
        """Train in this thread while `clock`, a function that calls seconds()
        and call(), runs in another; what either raises is raised."""
        thread = threading.Thread(target=self.measure, args=(clock,))
        thread.start()
        self.main = threading.current_thread()
        sys.stdout = self
        try:
            self.wait()
            self.train()
            self.error = RuntimeError("train() has no more epochs")
        except Enough:
            pass
        except Exception as error:
            self.error = error
        finally:
            sys.stdout = self.stdout
            self.over.release()
            thread.join()
        if self.error:
            raise self.error

    def measure(self, clock: Callable[[], Any]) -> None:
        try:
            clock()
        except BaseException as error:
            self.error = self.error or error
        self.enough = True
        self.begin.release()

    def wait(self) -> None:
        """Wait for the next epoch, and do in this thread what is asked."""
        while True:
            self.begin.acquire()
            if self.enough:
                raise Enough
            if not self.job:
                return
            self.answer = self.job()
            self.over.release()

    def write(self, text: str) -> None:
        if threading.current_thread() is not self.main:
            self.stdout.write(text)
        elif "loss" in text:
            self.over.release()
            self.wait()

    def flush(self) -> None:
        self.stdout.flush()

    def seconds(self, epochs: int) -> float:
        """Let `epochs` epochs pass; return how long they took."""
        start = CLOCK()
        for _ in range(epochs):
            self.begin.release()
            self.over.acquire()
            if self.error:
                raise self.error
        return CLOCK() - start

    def call(self, function: Callable[[], Any]) -> Any:
        """What `function` returns between two epochs, in train's thread."""
        self.job = function
        self.seconds(1)
        self.job = None
        return self.answer
