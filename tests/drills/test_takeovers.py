"""Takeovers, one after the other: the one that serves is killed or hangs, the other takes over, and the first waits."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.factories.organizations import fresh_id
from tests.integration.entrypoints.test_takeover import Node
from tests.processes import until

from pinegate.adapters.postgres_server.embedded_postgres import DatabaseUrls, EmbeddedPostgres

ROUNDS = 8


@pytest.fixture
def urls(postgres: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    name = f"test_{fresh_id().replace('-', '')}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stroke", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_each_takeover_is_one_term(urls: DatabaseUrls, tmp_path: Path, stroke: signal.Signals) -> None:
    serving, waiting = Node(tmp_path / "one", urls), Node(tmp_path / "two", urls)
    try:
        serving.start()
        until(serving.serves)
        for _ in range(ROUNDS):
            waiting.start("--standby")
            until(waiting.waits)
            serving.process.send_signal(stroke)
            until(waiting.serves)
            serving.process.send_signal(signal.SIGCONT)
            serving.process.wait()
            serving, waiting = waiting, serving
    finally:
        serving.clear()
        waiting.clear()
    with psycopg.connect(urls.owner) as connection:
        terms = connection.execute("select epoch, node from control_terms order by epoch").fetchall()
    assert [epoch for epoch, _ in terms] == list(range(1, ROUNDS + 2))
    assert len({node for _, node in terms}) == 2
