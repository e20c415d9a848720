"""Two servers behind one address, on one PostgreSQL and one Dask scheduler."""

import re
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from distributed import LocalCluster
from playwright.sync_api import expect

from benchmarks.chaos.proxy import Proxy
from simplenet.jobs.cluster import configure_dask
from tests.browser.served import running
from tests.browser.steps import address_with, button, status, train
from tests.runs.postgres import new_database
from tests.waiting import until

pytestmark = pytest.mark.browser


@contextmanager
def scheduler():
    """Give the address of a scheduler with a worker; its loop is not the browser's."""
    configure_dask()
    with ThreadPoolExecutor(1) as pool:
        cluster = pool.submit(
            LocalCluster,
            n_workers=1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ).result()
        try:
            yield cluster.scheduler_address
        finally:
            pool.submit(cluster.close).result()


def iteration(page):
    """Return how far the training is that a page shows."""
    found = re.search(r"Iteration ([\d,]+)", status(page).inner_text())
    return int(found[1].replace(",", "")) if found else 0


def goes_on(page):
    reached = iteration(page)
    return until(lambda: iteration(page) > reached)


def test_a_run_is_followed_at_two_servers_and_outlives_the_one_that_drives_it(
    browser, visit, tmp_path, postgres_server
):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with scheduler() as at:
        shared = {
            "SIMPLENET_STORE": new_database(postgres_server, "two_servers"),
            "SIMPLENET_SCHEDULER": at,
        }
        with (
            running(folders[0], environment=shared) as one,
            running(folders[1], environment=shared) as two,
        ):
            balancer = Proxy(one.port)
            started = visit(f"http://127.0.0.1:{balancer.port}/train")
            train(started, 500_000, pace="Slow motion")
            expect(status(started)).to_contain_text(re.compile("Iteration [1-9]"))
            address = address_with(started, "run")

            # The same browser, at the other server: the run is its own there, too.
            balancer.to = two.port
            followed = visit(address, context=started.context)
            expect(status(followed)).to_contain_text("a second")
            assert goes_on(followed)
            button(followed, "Pause").click()
            for page in (started, followed):
                expect(status(page)).to_contain_text("paused")
            button(started, "Resume").click()
            for page in (started, followed):
                expect(button(page, "Pause")).to_be_enabled()
            assert "is taken over" not in two.log.read_text()

            reached = iteration(started)
            one.stop(signal.SIGKILL)
            until(lambda: "is taken over" in two.log.read_text())
            for page in (followed, started):  # The first comes to the other server by itself.
                assert until(lambda page=page: iteration(page) > reached)
                expect(button(page, "Stop")).to_be_enabled()
                expect(page).to_have_url(address)
            button(started, "Stop").click()
            for page in (started, followed):
                expect(status(page)).to_contain_text("stopped")
            stranger = visit(address, viewport={"width": 800, "height": 600}, locale="en-GB")
            expect(stranger.get_by_text("Somebody else")).to_be_visible()
