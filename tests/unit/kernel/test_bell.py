"""The bell that wakes waiting threads."""

import threading

from libs.kernel.bell import Bell


def test_a_ring_after_the_last_known_one_ends_the_wait_at_once() -> None:
    bell = Bell()
    known = bell.rings()
    bell.ring()

    bell.wait(known, 30.0)

    assert bell.rings() == known + 1


def test_a_ring_wakes_everybody_who_waits() -> None:
    bell = Bell()
    waiting = [threading.Thread(target=bell.wait, args=(0, 30.0)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    bell.ring()
    for thread in waiting:
        thread.join(timeout=20)

    assert not any(thread.is_alive() for thread in waiting)


def test_without_a_ring_the_wait_ends_with_its_time() -> None:
    bell = Bell()
    bell.ring()

    bell.wait(bell.rings(), 0.01)

    assert bell.rings() == 1
