//! A private cluster of `PostgreSQL` in a temporary folder, on a free port, which ends with the test.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use portreeve_store::Place;
use tempfile::TempDir;

use crate::common::raw;

/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65534;

/// A running server.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    as_nobody: bool,
    port: u16,
    databases: AtomicU32,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let as_nobody = fs::metadata(folder.path()).unwrap().uid() == 0;
        if as_nobody {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut cluster =
            Self { folder, programs: programs(), as_nobody, port: 0, databases: AtomicU32::new(0) };
        let data = cluster.data();
        let made = cluster
            .run("initdb", &["-D", &data, "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "-N"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Somebody else may take the port between the look and the start.
        assert!((0..5).any(|_| cluster.try_start()), "no server: {}", cluster.log());
        cluster
    }

    fn try_start(&mut self) -> bool {
        self.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=100",
            self.port
        );
        let (data, log) = (self.data(), self.path("log"));
        self.run("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "-t", "60", "start"])
            .status
            .success()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = self.programs.join(program);
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        // The server outlives this call, and must not hold on to what the test prints to.
        let out = fs::File::create(self.folder.path().join("out")).unwrap();
        let errors = self.folder.path().join("errors");
        command.args(arguments).current_dir(self.folder.path()).env("LC_ALL", "C");
        command.stdin(std::process::Stdio::null()).stdout(out).stderr(fs::File::create(&errors).unwrap());
        let status =
            command.status().unwrap_or_else(|why| panic!("{}: {why}", command.get_program().display()));
        Output { status, stdout: Vec::new(), stderr: fs::read(errors).unwrap() }
    }

    /// The place of a new and empty database.
    pub(crate) fn database(&self) -> Place {
        let name = format!("store{}", self.databases.fetch_add(1, Ordering::Relaxed));
        raw(&self.address("postgres"), &format!("CREATE DATABASE {name}"));
        self.address(&name).parse().unwrap()
    }

    /// The address of a database.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("postgres://tester@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}

/// Where `initdb` and `pg_ctl` are: Debian keeps them out of the way, a folder for each version.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let found = folders.into_iter().find(|folder| Path::new(folder).join("initdb").exists());
    found.expect("PostgreSQL is not installed: `./test` does that, or `apt-get install postgresql`")
}
