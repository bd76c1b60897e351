//! The console as a process: how it opens, and how it ends when it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use portreeve_store::{Place, Store, Wanted};
use serde_json::Value;

use crate::common::{Scratch, group, groups, opens, source};

/// How long the process may take to end: requests are waited for five seconds at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// A console that listens to a free port of loopback, with its store in `s.db`.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn open(folder: &Scratch, account: &str) -> Self {
        let mut command = folder.command(&["serve", account, "--store", "s.db", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("the console is open at http://").unwrap();
        Self { address: address.trim_end_matches('/').to_owned(), child }
    }

    /// What a request gets, head and body.
    fn ask(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let kind = "application/x-www-form-urlencoded";
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n",
            self.address
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut got = String::new();
        stream.read_to_string(&mut got).unwrap();
        got
    }

    /// Starts a run, as the button does.
    fn obtain(&self) {
        let page = self.ask("GET /", "");
        let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap();
        let token = rest.split('"').next().unwrap();
        let got = self.ask("POST /check/run", &format!("token={token}"));
        assert!(got.starts_with("HTTP/1.1 303"), "{got}");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// How the process ends by itself.
    fn end(mut self) -> ExitStatus {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(ended) = self.child.try_wait().unwrap() {
                let mut said = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                assert_eq!(said, "");
                return ended;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the console did not end");
    }
}

/// A test that fails leaves no console behind.
impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[cfg(unix)]
fn a_console_that_is_told_to_end_does_so_well() {
    for signal in ["TERM", "INT"] {
        let folder = Scratch::new();
        let served = Served::open(&folder, &source("examples/alibaba"));
        served.signal(signal);
        assert_eq!(served.end().code(), Some(0), "{signal}");
    }
}

#[test]
#[cfg(unix)]
fn a_run_under_way_is_remembered_as_a_whole_before_the_console_ends() {
    // So many groups with so many rules take a while.
    let ids: Vec<String> = (0..1500).map(|number| format!("sg-{number}")).collect();
    let rules: Vec<Value> = (20..40).map(|port| opens(&format!("{port}/{port}"))).collect();
    let mut documents: Vec<Value> = ids.iter().map(|id| group(id, &rules)).collect();
    documents.push(groups(&ids.iter().map(String::as_str).collect::<Vec<_>>()));
    let folder = Scratch::with(&documents);
    let served = Served::open(&folder, "account");
    served.obtain();
    served.signal("TERM");
    assert_eq!(served.end().code(), Some(0));
    let store = Store::existing(&Place::File(folder.path("s.db"))).unwrap();
    let runs = store.runs(Some("account"), 2).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(store.documents(runs[0].id).unwrap().len(), documents.len());
    let wanted = Wanted { limit: 100_000, ..Wanted::default() };
    let held = store.findings("account", &wanted).unwrap();
    // One of the ports is 22, in each group.
    assert_eq!(held.iter().filter(|finding| finding.item == "open-ssh").count(), ids.len());
}

#[test]
#[cfg(unix)]
fn a_second_signal_does_not_wait() {
    let folder = Scratch::new();
    let served = Served::open(&folder, &source("examples/alibaba"));
    // A stream of events that nobody ends is a request under way.
    let mut listening = TcpStream::connect(&served.address).unwrap();
    let head = format!("GET /api/v1/runs/progress HTTP/1.1\r\nHost: {}\r\n\r\n", served.address);
    listening.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 12];
    listening.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let begun = Instant::now();
    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    served.signal("TERM");
    assert_eq!(served.end().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
