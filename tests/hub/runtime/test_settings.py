"""What an installation chooses, and how it is told that a choice cannot be."""

from pathlib import Path

import pytest

from hub.settings import Settings, SettingsError, load_settings, unknown_settings


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a hub.toml."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_choice_the_hub_is_local_and_embedded(elsewhere: Path) -> None:
    settings = load_settings({})
    assert (settings.bind, settings.http_port, settings.mqtt_port) == ("127.0.0.1", 8080, 1883)
    assert settings.database_dsn is None
    assert settings.data_dir == Path("data")


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(elsewhere: Path) -> None:
    (elsewhere / "hub.toml").write_text('http_port = 8000\nmqtt_port = 1884\nsms = ["log:", "log:/tmp/texts"]\n')
    settings = load_settings({"HUB_MQTT_PORT": "1885"})
    assert (settings.http_port, settings.mqtt_port) == (8000, 1885)
    assert [channel.get_secret_value() for channel in settings.sms] == ["log:", "log:/tmp/texts"]


@pytest.mark.parametrize(("chosen", "sentence"), [
    ({"HUB_MAP_TILES": "https://host/{z}/{x}.png"}, "HUB_MAP_TILES: an address of tiles has {z}, {x}, {y} in it"),
    ({"HUB_MAP_TILES": "ftp://host/{z}/{x}/{y}"}, "HUB_MAP_TILES: an address of tiles begins with https://host/"),
    ({"HUB_MAP_TILES": "https://me@host/{z}/{x}/{y}"}, "HUB_MAP_TILES: an address of tiles begins with https://host/"),
    ({"HUB_MAP_TILES": "https://h;style-src/{z}/{x}/{y}"}, "HUB_MAP_TILES: an address of tiles begins with"),
    ({"HUB_MAP_TILES": "https://t{s}.host/{z}/{x}/{y}"}, "HUB_MAP_TILES: {s} means nothing here"),
    ({"HUB_MAP_LABELS": "https://host/{z}/{x}/{y}"}, "HUB_MAP_LABELS needs HUB_MAP_TILES"),
    ({"HUB_MAP_TILES": "https://host/{z}/{x}/{y}?tk=hidden", "HUB_MAP_MBTILES": "a.mbtiles"}, "there is one map"),
    ({"HUB_MAP_DATUM": "mars"}, "HUB_MAP_DATUM"),
])  # fmt: skip
def test_a_map_that_cannot_be_is_refused_without_saying_its_key(
    elsewhere: Path, chosen: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(chosen)
    assert sentence in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_pictures_may_come_from_the_servers_of_the_map_alone(elsewhere: Path) -> None:
    assert load_settings({}).map_origins == ()
    chosen = {"HUB_MAP_TILES": "http://[::1]:8081/{z}/{x}/{y}?a={z}", "HUB_MAP_LABELS": "https://T1.host/{z}/{x}/{y}"}
    assert load_settings(chosen).map_origins == ("http://[::1]:8081", "https://t1.host")


def test_the_file_can_be_named(elsewhere: Path) -> None:
    chosen = elsewhere / "county.toml"
    chosen.write_text('division_name = "另一县"\n')
    assert load_settings({"HUB_CONFIG": str(chosen)}).division_name == "另一县"


def test_a_comma_list_of_ways_to_send_texts_is_an_order_of_failover(elsewhere: Path) -> None:
    settings = load_settings({"HUB_SMS": "smpp://hub:secret@127.0.0.1:2775, log:"})
    assert [channel.get_secret_value() for channel in settings.sms] == ["smpp://hub:secret@127.0.0.1:2775", "log:"]


def test_an_empty_variable_is_no_choice(elsewhere: Path) -> None:
    assert load_settings({"HUB_HTTP_PORT": ""}).http_port == 8080


@pytest.mark.parametrize(
    "variables",
    [
        {"HUB_SMS": "smpp://hub:hunter2@127.0.0.1:2775"},
        {"HUB_DATABASE_URL": "postgresql://hub:hunter2@127.0.0.1/hub"},
        {"HUB_MQTT_SOURCES": "mqtt://hub:hunter2@127.0.0.1:1883"},
    ],
)
def test_secrets_do_not_print(elsewhere: Path, variables: dict[str, str]) -> None:
    assert "hunter2" not in repr(load_settings(variables))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"HUB_HTTP_PORT": "eighty"}, "HUB_HTTP_PORT"),
        ({"HUB_MQTT_PORT": "70000"}, "HUB_MQTT_PORT"),
        ({"HUB_MQTT_PORT": "8080"}, "HUB_HTTP_PORT and HUB_MQTT_PORT"),
        ({"HUB_MQTT_TLS_PORT": "8883"}, "HUB_MQTT_TLS_CERT"),
        ({"HUB_TLS_CERT": "/nowhere/cert.pem"}, "HUB_TLS_KEY"),
        ({"HUB_TIMEZONE": "Asia/Shangai"}, "Asia/Shanghai"),
        ({"HUB_DIVISION": "99"}, "HUB_DIVISION"),
        ({"HUB_BIND": "everywhere"}, "HUB_BIND"),
        ({"HUB_LOG_LEVEL": "loud"}, "HUB_LOG_LEVEL"),
        ({"HUB_CONFIG": "/nowhere/hub.toml"}, "HUB_CONFIG"),
        ({"HUB_SMS": "pigeon:"}, "HUB_SMS"),
        ({"HUB_SMS": "smpp://127.0.0.1"}, "HUB_SMS"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_name(elsewhere: Path, variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(variables)


@pytest.mark.parametrize(
    "variables",
    [
        {"HUB_SMS": "smpp://hub:hunter2@"},
        {"HUB_DATABASE_URL": "mysql://hub:hunter2@h/d"},
        {"HUB_MQTT_SOURCES": "hunter2"},
    ],
)
def test_a_refusal_does_not_tell_the_secret(elsewhere: Path, variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(variables)
    assert "hunter2" not in str(refusal.value)


def test_a_broken_file_is_named(elsewhere: Path) -> None:
    (elsewhere / "hub.toml").write_text("http_port = \n")
    with pytest.raises(SettingsError, match=r"hub\.toml is not TOML"):
        load_settings({})


def test_a_misspelt_variable_is_warned_about_with_the_nearest_one(elsewhere: Path) -> None:
    (warning,) = unknown_settings({"HUB_HTPP_PORT": "8081", "HUB_CONFIG": "", "PATH": "/bin"})
    assert "HUB_HTPP_PORT" in warning
    assert "HUB_HTTP_PORT" in warning


def test_every_field_can_be_set_by_a_variable_without_a_warning(elsewhere: Path) -> None:
    assert unknown_settings({f"HUB_{field.upper()}": "x" for field in Settings.model_fields}) == []
