"""An operator's work before the first call: settings, keys, and the first officer."""

import base64
import json
import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk

from app.adapters.tokens import KeyRing, new_key
from app.db.embedded import EmbeddedPostgres
from app.db.logins import BOOKS_ROLE, OWNER_SETTING, SETTINGS, logins_at
from tests.live import settings_of
from tests.test_cli import ROOT, samen

SIGNING = json.dumps({"keys": [new_key()]})
SEALING = base64.b64encode(bytes(range(32))).decode()
ISSUER = "https://id.example.org/realms/samen"
RIGHT = {
    "SAMEN_ENVIRONMENT": "production",
    **settings_of(logins_at("postgresql://samen@127.0.0.1:1/samen")),
    "SAMEN_PUBLIC_URL": "https://samen.example.org",
    "SAMEN_SECURITY_CONTACT": "mailto:security@samen.example.org",
    "SAMEN_ISSUERS": json.dumps([{"name": ISSUER}]),
    "SAMEN_SIGNING_KEYS": SIGNING,
    "SAMEN_SEALING_KEY": SEALING,
}
"""Settings with which production starts, if a database were there."""


def issuers(*which: dict[str, Any]) -> str:
    return json.dumps(list(which))


def key_set(**changed: Any) -> str:
    return json.dumps({"keys": [new_key() | changed]})


def rsa_set() -> str:
    """A key of another kind, which has more secret members than `d`."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key: dict[str, Any] = jwk.construct(private, "RS256").to_dict()
    return json.dumps({"keys": [key | {"alg": "RS256", "kid": "one"}]})


WRONG = [
    ("SAMEN_PUBLIC_URI", "https://x", "SAMEN_PUBLIC_URI is no setting. Did you mean SAMEN_PUBLIC_URL?"),
    ("SAMEN_FOO", "1", "SAMEN_FOO is no setting. All of them: docs/settings.md."),
    ("SAMEN_ISSUERS", '["https://id.org"]', "SAMEN_ISSUERS, 1. provider: It has to be an object with fields"),
    ("SAMEN_ISSUERS", '{"name": "https://id.org"}', "SAMEN_ISSUERS: It has to be a list in square brackets"),
    ("SAMEN_ISSUERS", '[{"name": ""}]', "SAMEN_ISSUERS, 1. provider, name: String should have at least 1 character"),
    (
        "SAMEN_ISSUERS",
        issuers({"name": ISSUER, "scopes": ["everything"]}),
        "SAMEN_ISSUERS, 1. provider, scopes, 1. item: Input should be",
    ),
    ("SAMEN_WEBHOOK_NETWORKS", "[5]", "SAMEN_WEBHOOK_NETWORKS, 1. network: It is no network such as"),
    ("SAMEN_PUBLIC_URL", "https://x.org ", "SAMEN_PUBLIC_URL: There is a blank or an invisible character in it"),
    ("SAMEN_DRAIN_SECONDS", "inf", "SAMEN_DRAIN_SECONDS: Input should be"),
    ("SAMEN_METRICS_PORT", "8000", "SAMEN_METRICS_PORT and SAMEN_PORT are both 8000"),
    ("SAMEN_DATA_DIR", "/etc/passwd", "SAMEN_DATA_DIR: /etc/passwd is no directory."),
    ("SSL_CERT_FILE", "/nope.pem", "SSL_CERT_FILE: /nope.pem holds no certificates"),
    ("SSL_CERT_FILE", "/etc/passwd", "SSL_CERT_FILE: /etc/passwd holds no certificates"),
    ("SSL_CERT_DIR", "/nope", "SSL_CERT_DIR: /nope is no directory."),
    ("SAMEN_PORT", "eighty", "SAMEN_PORT: Input should be a valid integer"),
    ("SAMEN_PORT", "70000", "SAMEN_PORT: Input should be less than or equal to 65535"),
    ("SAMEN_POOL_SIZE", "0", "SAMEN_POOL_SIZE: Input should be greater than or equal to 1"),
    ("SAMEN_ENVIRONMENT", "prod", "SAMEN_ENVIRONMENT: Input should be 'development' or 'production'"),
    ("SAMEN_LOG_LEVEL", "LOUD", "SAMEN_LOG_LEVEL: Input should be 'DEBUG', 'INFO'"),
    ("SAMEN_DATABASE_URL", "mysql://x/y", "SAMEN_DATABASE_URL: It has to begin with postgresql://"),
    ("SAMEN_DATABASE_URL", "postgresql://a:hunt/er2@h:5/x", "SAMEN_DATABASE_URL: Its port is no number"),
    (
        "SAMEN_ISSUERS",
        issuers({"name": ISSUER, "jwks_url": "http://a:hunter2@id.org/keys?token=hunter2"}),
        "SAMEN_ISSUERS: http://id.org/keys has to be https in production.",
    ),
    ("SAMEN_ENVIRONMENT", "", "SAMEN_ENVIRONMENT is empty. Say development or production."),
    ("SAMEN_PUBLIC_URL", "https://x.org:abc", "SAMEN_PUBLIC_URL: Its port has to be a number from 1 to 65535"),
    (
        "SAMEN_PUBLIC_URL",
        "https:///samen",
        "SAMEN_PUBLIC_URL: It has to begin with http:// or https:// and name",
    ),
    ("SAMEN_DATABASE_URL", "", "SAMEN_DATABASE_URL or SAMEN_DATA_DIR has to be set"),
    ("SAMEN_SMTP_URL", "mail.example.org", "SAMEN_SMTP_URL: It has to begin with smtp:// or smtps:// and name a host"),
    ("SAMEN_OTLP_ENDPOINT", "127.0.0.1:4318", "SAMEN_OTLP_ENDPOINT: It has to begin with http:// or https://"),
    ("SAMEN_PUBLIC_URL", "samen.example.org", "SAMEN_PUBLIC_URL: It has to begin with http:// or https://"),
    ("SAMEN_PUBLIC_URL", "https://x.org/a?b=c", "SAMEN_PUBLIC_URL: It has no place for a query or a fragment"),
    ("SAMEN_PUBLIC_URL", "", "SAMEN_PUBLIC_URL has to be an https address in production; it is http://127.0.0.1:8000."),
    ("SAMEN_PUBLIC_URL", "http://samen.example.org", "SAMEN_PUBLIC_URL has to be an https address in production"),
    ("SAMEN_PUBLIC_URL", "https://x.org/v1/samen", "SAMEN_PUBLIC_URL: its path must not begin with /v1"),
    ("SAMEN_DRAIN_SECONDS", "-1", "SAMEN_DRAIN_SECONDS: Input should be greater than or equal to 0"),
    ("SAMEN_WEBHOOK_NETWORKS", "10.0.0.0/8", "SAMEN_WEBHOOK_NETWORKS: It is no JSON"),
    ("SAMEN_WEBHOOK_NETWORKS", '["10.0.0.300"]', "SAMEN_WEBHOOK_NETWORKS, 1. network: It is no network such as"),
    ("SAMEN_WEBHOOK_NETWORKS", '["169.254.0.0/16"]', "SAMEN_WEBHOOK_NETWORKS: 169.254.0.0/16 overlaps"),
    ("SAMEN_ISSUERS", "[", "SAMEN_ISSUERS: It is no JSON"),
    ("SAMEN_ISSUERS", "[]", "SAMEN_ISSUERS has to name at least one provider in production"),
    ("SAMEN_ISSUERS", issuers({"jwks_url": "https://x.org"}), "SAMEN_ISSUERS, 1. provider, name: Field required"),
    (
        "SAMEN_ISSUERS",
        issuers({"name": ISSUER, "jwksUrl": "https://x.org"}),
        "SAMEN_ISSUERS, 1. provider: there is no field jwksUrl. Did you mean jwks_url?",
    ),
    ("SAMEN_ISSUERS", issuers({"name": ISSUER}, {"name": ISSUER}), f"SAMEN_ISSUERS names {ISSUER} twice"),
    ("SAMEN_ISSUERS", issuers({"name": "https://samen.example.org"}), "SAMEN_ISSUERS names SAMEN_PUBLIC_URL itself"),
    ("SAMEN_ISSUERS", issuers({"name": "http://id.org"}), "SAMEN_ISSUERS: http://id.org has to be https in production"),
    (
        "SAMEN_ISSUERS",
        issuers({"name": ISSUER, "jwks_url": "http://id.org/keys"}),
        "SAMEN_ISSUERS: http://id.org/keys has to be https in production",
    ),
    (
        "SAMEN_ISSUERS",
        issuers({"name": ISSUER, "algorithms": ["HS256"]}),
        f"SAMEN_ISSUERS: {ISSUER} cannot sign with HS256",
    ),
    ("SAMEN_ISSUERS", issuers({"name": ISSUER, "types": []}), f"SAMEN_ISSUERS: {ISSUER} has no types of tokens"),
    ("SAMEN_SIGNING_KEYS", "{", "SAMEN_SIGNING_KEYS is no JSON Web Key Set"),
    ("SAMEN_SIGNING_KEYS", '{"keys": []}', "SAMEN_SIGNING_KEYS is no JSON Web Key Set"),
    ("SAMEN_SIGNING_KEYS", key_set(kid=""), "SAMEN_SIGNING_KEYS: each key has to be a private ES256 key"),
    ("SAMEN_SIGNING_KEYS", key_set(d=new_key()["d"]), "SAMEN_SIGNING_KEYS: each key has to be a private ES256 key"),
    ("SAMEN_SIGNING_KEYS", rsa_set(), "SAMEN_SIGNING_KEYS: each key has to be a private ES256 key"),
    (
        "SAMEN_SIGNING_KEYS",
        json.dumps({"keys": [new_key() | {"kid": "a"}, new_key() | {"kid": "a"}]}),
        "SAMEN_SIGNING_KEYS has two keys with one kid",
    ),
    ("SAMEN_SEALING_KEY", "short", "SAMEN_SEALING_KEY has to be 32 bytes in base64"),
    ("SAMEN_SEALING_KEY", base64.b64encode(bytes(32)).decode(), "SAMEN_SEALING_KEY is too easy to guess"),
    ("SAMEN_SECURITY_CONTACT", "", "SAMEN_SECURITY_CONTACT has to be set in production"),
    ("SAMEN_MAIL_FROM", "Samen", "SAMEN_MAIL_FROM: It has to be a mail address"),
]
"""A setting, a value that it cannot have in production, and the beginning of the error about it."""


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_production_does_not_start_with_a_setting_that_is_wrong(
    tmp_path: Path, command: str, name: str, value: str, said: str
) -> None:
    # Without an address of the database, no other login has one either.
    given = {key: text for key, text in RIGHT.items() if value or not key.startswith(name)}
    done = samen(command, cwd=tmp_path, **given | {name: value})
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(said)
    assert lines[0].endswith((".", "?"))
    assert "hunt" not in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"SAMEN_PUBLIC_URL": "http://x.org", "SAMEN_ISSUERS": "[]", "SAMEN_SEALING_KEY": "x"}
    done = samen("serve", cwd=tmp_path, **RIGHT | wrong)
    assert [line.split()[0].rstrip(":") for line in done.stderr.splitlines()] == list(wrong)
    wrong = {"SAMEN_PORT": "x", "SAMEN_POOL": "3"}
    done = samen("serve", cwd=tmp_path, **RIGHT | wrong)
    assert sorted(line.split()[0].rstrip(":") for line in done.stderr.splitlines()) == sorted(wrong)


CHECK = "import app.start, app.settings; app.start.check_settings(app.settings.read_settings())"


def checked(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The check of `serve` and `worker`, without the rest."""
    command = [sys.executable, "-c", CHECK]
    env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)


def test_settings_that_are_right_are_not_what_stops_it(tmp_path: Path) -> None:
    done = checked(tmp_path, **RIGHT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("url", ["postgres:///samen?host=/run/postgresql", "postgresql://one:1,two:2/samen"])
def test_an_address_of_postgresql_is_taken_in_each_of_its_forms(tmp_path: Path, url: str) -> None:
    assert checked(tmp_path, **RIGHT | {"SAMEN_DATABASE_URL": url}).returncode == 0


def test_a_setting_that_is_empty_is_as_good_as_unset(tmp_path: Path) -> None:
    assert checked(tmp_path, **RIGHT, SAMEN_SMTP_URL="", SAMEN_METRICS_PORT="", SAMEN_DATA_DIR="").returncode == 0
    done = samen("keys", cwd=tmp_path, SAMEN_ENVIRONMENT="production", SAMEN_DATA_DIR="")
    assert done.returncode != 0
    assert "SAMEN_DATA_DIR" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_mail_in_production_names_its_sender(tmp_path: Path) -> None:
    done = samen("serve", cwd=tmp_path, **RIGHT, SAMEN_SMTP_URL="smtps://mail.example.org")
    assert done.stderr.startswith("SAMEN_MAIL_FROM has to be set when SAMEN_SMTP_URL is")


def test_the_shell_variable_of_the_examples_is_no_fault(tmp_path: Path) -> None:
    done = samen("tokens", cwd=tmp_path, SAMEN_URL="http://127.0.0.1:8000", SAMEN_DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_production_without_keys_says_how_to_make_them(tmp_path: Path) -> None:
    given = {name: value for name, value in RIGHT.items() if not name.endswith(("_KEYS", "_KEY"))}
    given["SAMEN_DATA_DIR"] = str(tmp_path)
    done = samen("serve", cwd=tmp_path, **given)
    signing, sealing = done.stderr.splitlines()
    assert signing.startswith("SAMEN_SIGNING_KEYS is not set")
    assert sealing.startswith("SAMEN_SEALING_KEY is not set")
    assert "samen keys" in signing
    assert list(tmp_path.iterdir()) == []


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    given = {name: value for name, value in RIGHT.items() if not name.endswith(("_KEYS", "_KEY"))}
    given["SAMEN_DATA_DIR"] = str(tmp_path / "etc")
    made = samen("keys", cwd=tmp_path, **given)
    assert made.returncode == 0, made.stderr
    files = sorted((tmp_path / "etc").iterdir())
    assert [file.name for file in files] == ["sealing-key", "signing-keys.json"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert all(str(file) in made.stdout for file in files)
    assert checked(tmp_path, **given).returncode == 0
    before = [file.read_bytes() for file in files]
    again = samen("keys", cwd=tmp_path, **given)
    assert again.returncode == 0
    assert again.stdout.count("was there already") == 2
    assert [file.read_bytes() for file in files] == before
    files[1].unlink()
    half = samen("keys", cwd=tmp_path, **given)
    assert half.returncode == 0
    assert files[0].read_bytes() == before[0]
    assert files[1].read_bytes() != before[1]


def test_keys_that_are_settings_need_no_files(tmp_path: Path) -> None:
    done = samen("keys", cwd=tmp_path, **RIGHT, SAMEN_DATA_DIR=str(tmp_path / "etc"))
    assert done.returncode == 0
    assert "SAMEN_SIGNING_KEYS is set" in done.stdout
    assert not (tmp_path / "etc").exists()


def test_keys_that_cannot_be_written_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file", encoding="utf-8")
    done = samen("keys", cwd=tmp_path, SAMEN_DATA_DIR=str(tmp_path / "etc"))
    assert done.returncode == 1
    assert done.stderr.startswith("SAMEN_DATA_DIR: the keys cannot be written (")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_keys_that_the_process_may_not_read_are_told_in_a_sentence(tmp_path: Path) -> None:
    """Made by root, read by the user of a service."""
    given = {name: value for name, value in RIGHT.items() if not name.endswith(("_KEYS", "_KEY"))}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        given["SAMEN_DATA_DIR"] = folder
        assert samen("keys", cwd=tmp_path, **given).returncode == 0
        user = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534); "
        env = os.environ | {"PYTHONPATH": str(ROOT)} | given
        done = subprocess.run(
            [sys.executable, "-c", f"import app.start, app.settings; {user}{CHECK}"],
            env=env,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        told = done.stderr.splitlines()[-2:]
        assert [line.split(" cannot be read by this user")[0] for line in told] == [
            f"app.settings.SettingsWrong: {folder}/signing-keys.json",
            f"{folder}/sealing-key",
        ]


def test_a_sealing_key_of_odd_bytes_is_told_in_a_sentence(tmp_path: Path) -> None:
    given = {name: value for name, value in RIGHT.items() if not name.endswith("_KEY")}
    (tmp_path / "sealing-key").write_bytes(b"\xff\xfe")
    done = samen("serve", cwd=tmp_path, **given, SAMEN_DATA_DIR=str(tmp_path))
    assert done.stderr.startswith(f"{tmp_path}/sealing-key cannot be read")
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"samen_setup_{os.getpid()}"
    postgres.command("dropdb", "--force", "--if-exists", name)
    postgres.command("createdb", "-O", "samen", name)
    yield postgres.url(name)
    postgres.command("dropdb", "--force", name)


async def test_the_first_officer_is_appointed_once_and_that_is_in_the_audit_log(empty: str, tmp_path: Path) -> None:
    given = RIGHT | settings_of(logins_at(empty))
    who = ("appoint", "--issuer", ISSUER, "--subject", "42", "--name", "Ans de Wit")
    assert samen(*who, cwd=tmp_path, **given).stderr.startswith("The database refused")
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    done = samen(*who, cwd=tmp_path, **given)
    assert done.returncode == 0, done.stderr
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert {name: line[name] for name in ("logger", "message", "issuer", "subject", "role")} == {
        "logger": "samen.audit",
        "message": "appointed",
        "issuer": ISSUER,
        "subject": "42",
        "role": "network",
    }
    assert line["about"].keys() == {"person_id", "office_id"}
    assert line["by"]
    again = samen(*who, cwd=tmp_path, **given)
    assert (again.returncode, again.stderr) == (0, "")
    assert "already" in again.stdout
    connection = await asyncpg.connect(empty.replace("samen@", "postgres@"))
    assert await connection.fetch("select role from office") == [("network",)]
    assert await connection.fetch("select issuer, subject, name from person") == [(ISSUER, "42", "Ans de Wit")]
    await connection.close()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--issuer", f"{ISSUER}/", f"No provider of SAMEN_ISSUERS is named {ISSUER}/. Trusted are: {ISSUER}."),
        ("--subject", "", "--subject has to be 1 to 300 characters that can be printed, no blank at its ends."),
        ("--subject", "x" * 301, "--subject has to be 1 to 300 characters that can be printed, no blank at its ends."),
        ("--subject", " ans", "--subject has to be 1 to 300 characters that can be printed, no blank at its ends."),
        ("--name", " ", "--name has to be 1 to 120 characters that can be printed, no blank at its ends."),
        ("--name", "An\x07s", "--name has to be 1 to 120 characters that can be printed, no blank at its ends."),
    ],
)
def test_nobody_is_appointed_whom_no_token_can_name(tmp_path: Path, option: str, value: str, said: str) -> None:
    options = {"--issuer": ISSUER, "--subject": "42", "--name": "Ans"} | {option: value}
    done = samen("appoint", *(word for pair in options.items() for word in pair), cwd=tmp_path, **RIGHT)
    assert (done.returncode, done.stderr.strip()) == (1, said)


def test_of_a_key_only_what_is_public_is_published() -> None:
    key = new_key()
    ring = KeyRing.of(json.dumps({"keys": [key | {"p": "secret", "ext": True}]}))
    assert list(ring.public.values()) == [{name: key[name] for name in ("kty", "crv", "x", "y", "alg", "use", "kid")}]


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ("postgres", 'The login "samen" may make no tables in the database "empty".'),
        ("samen", 'The login "samen" may make no roles.'),
    ],
)
def test_a_login_that_cannot_migrate_is_told_what_it_needs(tmp_path: Path, owner: str, said: str) -> None:
    """On a server without anything of Samen."""
    alone = EmbeddedPostgres.at(tmp_path / "server")
    alone.start()
    alone.command("createdb", "-O", owner, "empty")
    alone.command("psql", "-qd", "postgres", "-c", "alter role samen nocreaterole")
    done = samen("migrate", cwd=tmp_path, **RIGHT | settings_of(logins_at(alone.url("empty"))))
    alone.stop()
    shutil.rmtree(alone.home)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("port", "host"), [("SAMEN_PORT", "SAMEN_HOST"), ("SAMEN_METRICS_PORT", "SAMEN_METRICS_HOST")])
def test_a_port_in_use_is_told_in_a_sentence(database_url: str, tmp_path: Path, port: str, host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        given = settings_of(logins_at(database_url)) | {"SAMEN_DATA_DIR": str(tmp_path), "SAMEN_LOG_LEVEL": "ERROR"}
        given |= {"SAMEN_SEALING_KEY": base64.b64encode(bytes(32)).decode(), port: str(number)}
        done = samen("serve", cwd=tmp_path, **given)
    assert done.returncode == 1
    assert done.stderr == f"{host}, {port}: 127.0.0.1 port {number} cannot be opened (Address already in use).\n"


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_nothing_starts_on_functions_of_another_version(empty: str, tmp_path: Path, command: str) -> None:
    """Nor before the first migration."""
    given = settings_of(logins_at(empty)) | {"SAMEN_DATA_DIR": str(tmp_path), "SAMEN_LOG_LEVEL": "ERROR"}
    setting = {"serve": "SAMEN_DATABASE_URL", "worker": "SAMEN_DATABASE_URL_WORKER"}[command]
    said = f"The database at {setting} is not of this version. Run `samen migrate` first.\n"
    assert samen(command, cwd=tmp_path, **given).stderr == said
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    owner = await asyncpg.connect(empty)
    await owner.execute("comment on table alembic_version is 'app/db/sql of yesterday'")
    await owner.close()
    done = samen(command, cwd=tmp_path, **given)
    assert (done.returncode, done.stderr) == (1, said)


def test_the_logins_of_a_server_are_made_once_for_each_process(tmp_path: Path) -> None:
    """With passwords that log in, on a server that asks for them."""
    alone = EmbeddedPostgres.at(tmp_path / "server")
    alone.start()
    hba = alone.data / "pg_hba.conf"
    hba.write_text("local all samen,postgres peer map=samen\nlocal all all scram-sha-256\n", encoding="utf-8")
    alone.command("psql", "-qd", "postgres", "-c", "select pg_reload_conf()")
    done = samen("migrate", "--roles", cwd=tmp_path, SAMEN_DATABASE_URL_OWNER=alone.url())
    assert (done.returncode, done.stderr) == (0, "")
    given = dict(line.split("=", 1) for line in done.stdout.splitlines())
    given = {name: shlex.split(address)[0] for name, address in given.items()}
    assert given.keys() == {*SETTINGS.values(), OWNER_SETTING}
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    assert samen("check-books", cwd=tmp_path, **given).returncode == 0
    again = samen("migrate", "--roles", cwd=tmp_path, SAMEN_DATABASE_URL_OWNER=alone.url())
    assert again.stdout != done.stdout, "other passwords"
    refused = samen("check-books", cwd=tmp_path, **given)
    assert (refused.returncode, "Are login and password" in refused.stderr) == (1, True)
    alone.stop()
    shutil.rmtree(alone.home)


def test_each_process_needs_the_address_of_its_own_login(empty: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty)) | {"SAMEN_DATA_DIR": str(tmp_path)}
    for command, setting in (
        ("serve", "SAMEN_DATABASE_URL_CATALOGUE"),
        ("worker", "SAMEN_DATABASE_URL_READER"),
        ("check-books", "SAMEN_DATABASE_URL_READER"),
        ("migrate", "SAMEN_DATABASE_URL_OWNER"),
    ):
        done = samen(command, cwd=tmp_path, **given | {setting: ""})
        assert done.returncode == 1
        assert done.stderr.startswith(f"{setting} is not set: ")


def test_no_process_logs_in_as_the_owner(empty: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty)) | {"SAMEN_DATA_DIR": str(tmp_path), "SAMEN_LOG_LEVEL": "ERROR"}
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    for command, setting in (
        ("serve", "SAMEN_DATABASE_URL"),
        ("serve", "SAMEN_DATABASE_URL_CATALOGUE"),
        ("worker", "SAMEN_DATABASE_URL_WORKER"),
        ("worker", "SAMEN_DATABASE_URL_READER"),
        ("run", "SAMEN_DATABASE_URL"),
    ):
        for login in ("samen", "postgres"):
            done = samen(command, cwd=tmp_path, **given | {setting: empty.replace("samen@", f"{login}@")})
            assert done.returncode == 1, (command, setting)
            assert f'{setting} logs in as "{login}"' in done.stderr, done.stderr


def test_all_settings_lead_to_one_database(empty: str, database_url: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty)) | {"SAMEN_DATA_DIR": str(tmp_path), "SAMEN_LOG_LEVEL": "ERROR"}
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    other = settings_of(logins_at(database_url))
    for command, setting in (("serve", "SAMEN_DATABASE_URL_CATALOGUE"), ("worker", "SAMEN_DATABASE_URL_READER")):
        done = samen(command, cwd=tmp_path, **given | {setting: other[setting]})
        assert (done.returncode, "lead to two databases" in done.stderr) == (1, True), done.stderr


def test_a_backup_needs_a_login_that_sees_every_row(empty: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty))
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    done = samen("backup", str(tmp_path / "samen.dump"), cwd=tmp_path, **given)
    assert (done.returncode, "create role dumper login bypassrls" in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.glob("samen.dump*")) == []
    whole = given | {"SAMEN_DATABASE_URL_OWNER": empty.replace("samen@", "postgres@")}
    assert samen("backup", str(tmp_path / "samen.dump"), cwd=tmp_path, **whole).returncode == 0
    assert stat.filemode((tmp_path / "samen.dump").stat().st_mode) == "-rw-------"


def test_a_superuser_does_not_migrate_what_the_owner_has(empty: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty))
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    superuser = given | {"SAMEN_DATABASE_URL_OWNER": empty.replace("samen@", "postgres@")}
    for arguments in (("migrate",), ("migrate", "--check")):
        done = samen(*arguments, cwd=tmp_path, **superuser)
        assert (done.returncode, done.stderr[:29]) == (1, 'The tables belong to "samen",'), done.stderr
    assert samen("migrate", "--check", cwd=tmp_path, **given).stdout == ""


async def test_a_newer_schema_and_missing_rights_are_told_in_a_sentence(empty: str, tmp_path: Path) -> None:
    given = settings_of(logins_at(empty))
    assert samen("migrate", cwd=tmp_path, **given).returncode == 0
    owner = await asyncpg.connect(empty)
    await owner.execute("update alembic_version set version_num = '9999'")
    await owner.close()
    done = samen("migrate", cwd=tmp_path, **given)
    assert (done.returncode, done.stderr[:57]) == (1, "This database has the schema 9999, of a newer version. Th")
    assert len(done.stderr.splitlines()) == 1


def test_an_owner_who_does_not_rule_the_roles_is_told_what_it_needs(tmp_path: Path) -> None:
    """On a server where an administrator made the roles."""
    alone = EmbeddedPostgres.at(tmp_path / "server")
    alone.start()
    for role in (*SETTINGS, BOOKS_ROLE):
        alone.command("psql", "-qd", "postgres", "-c", f"create role {role}")
    for arguments in (("migrate",), ("migrate", "--roles")):
        done = samen(*arguments, cwd=tmp_path, SAMEN_DATABASE_URL_OWNER=alone.url())
        assert done.returncode == 1
        assert done.stderr.startswith("The owner may not do this (")
    granted = done.stderr[done.stderr.index("grant ") :]
    alone.command("psql", "-qd", "postgres", "-c", granted)
    for arguments in (("migrate",), ("migrate", "--roles")):
        assert samen(*arguments, cwd=tmp_path, SAMEN_DATABASE_URL_OWNER=alone.url()).returncode == 0
    alone.stop()
    shutil.rmtree(alone.home)
