from datetime import timedelta
from pathlib import Path

import pytest
from tools.generate import configuration_reference

from pinegate.adapters.settings import Settings, SettingsError, load_settings
from pinegate.domain.applications.deadlines import Deadlines


def test_without_any_setting_the_program_listens_on_the_loopback_alone() -> None:
    settings = load_settings()
    assert {settings.http_host, settings.sip_host, settings.media_host} == {"127.0.0.1"}
    assert settings.database_url is None


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINEGATE_HTTP_PORT", "9000")
    assert load_settings().http_port == 9000


def test_a_misspelt_setting_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINEGATE_HTPP_PORT", "9000")
    with pytest.raises(SettingsError, match="PINEGATE_HTPP_PORT"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PORT", "0"),
        ("HTTP_PORT", "65536"),
        ("SIP_ID", "12345"),
        ("SIP_DOMAIN", "34100000002"),
        ("MEDIA_WORKERS", "-1"),
        ("HTTP_HOST", "not-an-address"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PINEGATE_{name}", value)
    with pytest.raises(SettingsError, match=f"PINEGATE_{name}"):
        load_settings()


@pytest.mark.parametrize("name", ["SIP_HOST", "MEDIA_HOST"])
def test_an_address_told_to_devices_must_be_one_that_they_reach(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"PINEGATE_{name}", "0.0.0.0")
    with pytest.raises(SettingsError, match="told to devices"):
        load_settings()


def test_a_database_of_the_city_needs_both_roles_and_its_password_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PINEGATE_DATABASE_URL", "postgresql://app:hunter2@db/pinegate")
    with pytest.raises(SettingsError, match="DATABASE_OWNER_URL") as refusal:
        load_settings()
    assert "hunter2" not in str(refusal.value)
    monkeypatch.setenv("PINEGATE_DATABASE_OWNER_URL", "postgresql://owner:hunter3@db/pinegate")
    assert "hunter" not in repr(load_settings())


def test_the_data_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data")
    settings.create_data_folder()
    assert (tmp_path / "data").stat().st_mode & 0o066 == 0


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_configuration_reference_is_the_generated_one() -> None:
    page = Path(__file__).parents[3] / "deploy/configuration.md"
    assert page.read_text(encoding="utf-8") == configuration_reference.reference()


def test_each_media_worker_has_its_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINEGATE_MEDIA_WORKERS", "2")
    monkeypatch.setenv("PINEGATE_MEDIA_PUBLIC_URLS", "https://v.example.cn/w0, https://v.example.cn/w1")
    assert [url.path for url in load_settings().media_public_urls] == ["/w0", "/w1"]
    monkeypatch.setenv("PINEGATE_MEDIA_PUBLIC_URLS", "https://v.example.cn/w0")
    with pytest.raises(SettingsError, match="MEDIA_PUBLIC_URLS"):
        load_settings()


def test_a_trusted_proxy_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINEGATE_TRUSTED_PROXIES", "127.0.0.1,10.0.0.1")
    assert load_settings().trusted_proxies == ("127.0.0.1", "10.0.0.1")
    monkeypatch.setenv("PINEGATE_TRUSTED_PROXIES", "proxy.example.cn")
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        load_settings()


def test_the_days_of_the_paper_work_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().deadlines == Deadlines()
    monkeypatch.setenv("PINEGATE_AGREEMENT_DAYS", "30")
    assert load_settings().deadlines.agreement == timedelta(days=30)
