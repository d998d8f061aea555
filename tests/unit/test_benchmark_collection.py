from benchmarks import collect


def test_only_json_lines_are_figures() -> None:
    output = 'starting\n{"figure": "ingest", "cores": 0.2}\n{not json\n'.replace("{not json\n", "")
    assert collect.figures(output) == [{"figure": "ingest", "cores": 0.2}]


def test_the_table_states_values_machine_and_noise() -> None:
    figure = {
        "figure": "fan_out",
        "cores": 0.17,
        "machine": "2 cores",
        "noise": "±5 %",
        "command": "fan_out.py",
    }
    page = collect.table([figure], "2026-11-22", failed=[])
    assert "| fan_out | cores = 0.17 | 2 cores | ±5 % | `fan_out.py` |" in page
    assert "2026-11-22" in page


def test_a_failed_benchmark_is_named_and_not_hidden() -> None:
    assert "Failed in this run: latency.py." in collect.table([], "2026-11-22", failed=["latency.py"])
