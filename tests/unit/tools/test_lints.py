from pathlib import Path

from tools.lints import no_workplace_addresses, one_visible_points_query


def test_a_registry_host_is_found_with_its_line():
    host = "files.python" + "hosted.org"
    assert no_workplace_addresses.faults("lock", f"a\nhttps://{host}/x") == [
        "lock:2: names python" + "hosted.org"
    ]


def test_a_path_of_somebodys_machine_is_found():
    for path in ("/ho" + "me/li/pinegate", "/ro" + "ot/.cache", "cd /wo" + "rk/tree"):
        assert no_workplace_addresses.faults("notes.md", path), path


def test_ordinary_addresses_and_paths_are_left_alone():
    text = "https://video.example.gov.cn /opt/pinegate /root src/network/work/x"
    assert no_workplace_addresses.faults("notes.md", text) == []


def test_a_second_selection_of_camera_points_is_found():
    path = Path("src/pinegate/adapters/database/reports.py")
    for query in (
        "select(CameraPointRow)",
        "select(\n  func.count(),\n CameraPointRow.id)",
        "SELECT * FROM camera_points",
    ):
        assert len(one_visible_points_query.faults(path, query)) == 1, query


def test_the_one_query_may_select_camera_points():
    assert one_visible_points_query.faults(one_visible_points_query.THE_ONE, "select(CameraPointRow)") == []


def test_writing_camera_points_is_allowed_everywhere():
    text = "insert(CameraPointRow).values(); update(CameraPointRow); INSERT INTO camera_points"
    assert one_visible_points_query.faults(Path("src/pinegate/adapters/x.py"), text) == []
