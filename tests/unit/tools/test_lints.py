from pathlib import Path

import pytest
from tools.lints import (
    audit_events_by_act,
    dependencies_are_locked,
    log_events_are_named,
    no_workplace_addresses,
    one_file_a_verb,
    one_visible_points_query,
    words_that_are_gone,
)


def test_a_registry_host_is_found_with_its_line() -> None:
    host = "files.python" + "hosted.org"
    assert no_workplace_addresses.faults("lock", f"a\nhttps://{host}/x") == [
        "lock:2: names python" + "hosted.org"
    ]


def test_a_path_of_somebodys_machine_is_found() -> None:
    for path in ("/ho" + "me/li/pinegate", "/ro" + "ot/.cache", "cd /wo" + "rk/tree"):
        assert no_workplace_addresses.faults("notes.md", path), path


def test_ordinary_addresses_and_paths_are_left_alone() -> None:
    text = "https://video.example.gov.cn /opt/pinegate /root src/network/work/x"
    assert no_workplace_addresses.faults("notes.md", text) == []


@pytest.mark.parametrize(
    "statement",
    [
        "rows = select(camera_points)",
        "return_value = run(select(\n  func.count(),\n  camera_points.c.id).where(x))",
        'query("SELECT * FROM camera_points")',
        'query = "SELECT g.id FROM grants g JOIN camera_points p ON true"',
    ],
)
def test_a_second_selection_of_camera_points_is_found(statement: str) -> None:
    path = Path("src/pinegate/adapters/database/reports.py")
    assert len(one_visible_points_query.faults(path, statement)) == 1


def test_the_one_query_may_select_camera_points() -> None:
    assert one_visible_points_query.faults(one_visible_points_query.THE_ONE, "select(camera_points)") == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert(camera_points).values(); update(camera_points)",
        'run("INSERT INTO camera_points")',
        "query = select(camera_points).with_for_update()",
    ],
)
def test_writing_camera_points_and_locking_them_for_a_change_is_allowed_everywhere(statement: str) -> None:
    assert one_visible_points_query.faults(Path("src/pinegate/adapters/x.py"), statement) == []


PROJECT = """
[project]
dependencies = ["alembic>=1.16", "psycopg[binary,pool]>=3.3"]
[dependency-groups]
build = ["hatchling>=1"]
"""


def test_a_dependency_that_was_not_locked_is_found() -> None:
    locks = {"requirements.txt": "alembic==1.20.1 \\\n    --hash=sha256:0\nhatchling==1.2\n"}
    assert dependencies_are_locked.faults(PROJECT, locks) == [
        "requirements.txt: lacks psycopg; run `make lock`"
    ]


def test_locked_dependencies_are_left_alone() -> None:
    locks = {"requirements.txt": "alembic==1\nhatchling==1\npsycopg==3.3.9 ; python_version > '3'\n"}
    assert dependencies_are_locked.faults(PROJECT, locks) == []


MESSAGES = "portal/src/locales/zh-CN/devices.json"


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        (MESSAGES, '"kind": "上级平台"', "上级平台"),
        ("src/pinegate/entrypoints/demonstration/demo.py", 'role = "数据局审核员"', "数据局"),
        ("portal/src/locales/en/audit.json", '"hint": "Loosen the filters."', "Loosen the filters"),
        ("portal/src/modules/identity/LoginPage.vue", "import DoorFrame from '.'", "DoorFrame"),
        ("src/pinegate/domain/access/request.py", "class MediaDoor:", "Door"),
        ("src/pinegate/adapters/database/tables.py", 'Column("door", Text)', "door"),
        ("tests/unit/x.py", "def test_it_is_judged_again(): ...", "judged"),
        ("benchmarks/x.py", "verdicts = []", "verdicts"),
        ("src/pinegate/usecases/grants/revoke.py", "async def strike_application(): ...", "strike"),
        ("docs/operations/README.md", "run `pinegate found` first", "pinegate found"),
        ("src/pinegate/usecases/access/ports.py", "async def hold_still(self)", "hold_still"),
        ("src/pinegate/usecases/errors.py", "class UnknownPointError(Exception): ...", "UnknownPointError"),
        ("tools/x.py", "this programme", "programme"),
    ],
)
def test_a_word_that_is_gone_is_found_with_its_line(name: str, text: str, word: str) -> None:
    (fault,) = words_that_are_gone.faults(name, f"\n{text}\n")
    assert fault.startswith(f"{name}:2: {word} is gone; write ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (MESSAGES, '"kind": "公安视频平台（下级平台）"'),
        ("README.zh-CN.md", "以 GB/T 28181 上级平台的身份"),
        ("src/pinegate/domain/regulation/measures.py", "社会面视频资源"),
        ("portal/src/city/zh-CN.json", '"bureau": "黄山市数据资源管理局"'),
        ("CHANGELOG.md", "the live page mends itself; DoorFrame; `door` is `channel`"),
        ("src/pinegate/adapters/database/migrations/versions/0001_the_first_tables.py", 'Column("door")'),
        ("src/pinegate/usecases/access/decision_events.py", "door=request.channel.value"),
        ("docs/decisions/0005-media-plane-is-a-port.md", "the judge"),
        ("tests/corpora/sip/crash", "door judge"),
        ("src/pinegate_simulator/scenes/town.py", "indoors, outdoor, strikethrough, adjudge"),
    ],
)
def test_words_are_left_alone_where_they_are_right(name: str, text: str) -> None:
    assert list(words_that_are_gone.faults(name, text)) == []


@pytest.mark.parametrize(
    "line",
    [
        "log = structlog.get_logger(__name__)",
        "_log = structlog.get_logger()",
        '_log.info("a source was lost", source=1)',
        '_log.info("simulator.registered")',
        '_log.info(f"source_{number}")',
        '_log.info("source_lost %s", number)',
        'structlog.get_logger().info("Started")',
    ],
)
def test_a_log_event_in_another_style_is_found(line: str) -> None:
    assert len(log_events_are_named.faults(Path("x.py"), f"import structlog\n{line}\n")) == 1


def test_named_log_events_are_left_alone() -> None:
    text = 'import structlog\n_log = structlog.get_logger(__name__)\n_log.info("source_lost", source=1)\n'
    assert log_events_are_named.faults(Path("x.py"), text) == []


@pytest.mark.parametrize("made", ["AuditEvent(1, 2)", "event.AuditEvent(id=1)"])
def test_an_audit_event_made_by_hand_is_found(made: str) -> None:
    assert (
        len(audit_events_by_act.faults(Path("src/pinegate/adapters/x.py"), f"async def f():\n    {made}"))
        == 1
    )


def test_act_makes_audit_events_and_others_may_speak_of_them() -> None:
    assert audit_events_by_act.faults(audit_events_by_act.THE_ONE, "AuditEvent(1)") == []
    assert audit_events_by_act.faults(Path("x.py"), "def f(event: AuditEvent) -> None: ...") == []


def test_a_use_case_in_another_verb_s_file_is_found() -> None:
    text = "async def refuse_application(): ...\nasync def accept_application(): ...\nasync def _own(): ..."
    found = one_file_a_verb.faults(Path("src/pinegate/usecases/applications/accept.py"), text)
    assert [fault.split()[1] for fault in found] == ["refuse_application"]


def test_what_the_verbs_share_is_named_as_it_likes() -> None:
    assert (
        one_file_a_verb.faults(Path("src/pinegate/usecases/x/agreement_step.py"), "async def f(): ...") == []
    )
