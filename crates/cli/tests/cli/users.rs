//! Users of the console, and what keeps strangers out of it.

use crate::common::{Scratch, source};

const PASSWORD: &[u8] = b"correct horse battery\nnot the password\n";

#[test]
fn users_are_looked_after() {
    let folder = Scratch::new();
    folder.run(&["users", "list"]).refused(&["there is no store at `portreeve.db`"]);
    let add = |name: &str, role: &str| folder.fed(&["users", "add", name, "--role", role], PASSWORD);
    add("ann", "viewer").refused(&["no administrator yet"]);
    add("ann", "king").refused(&["`king` is no role", "`viewer`, `operator` or `admin`"]);
    add("ann", "admin").ended(0);
    add("ann", "viewer").refused(&["`ann`"]);
    add("ben", "viewer").ended(0);
    folder.fed(&["users", "add", "cyd"], b"short\n").refused(&["12 characters"]);
    folder.run(&["users", "add", "cyd"]).refused(&["no password on standard input"]);
    folder.run(&["users", "disable", "ann"]).refused(&["`ann` is the only administrator"]);
    folder.run(&["users", "role", "ben", "operator"]).ended(0);
    let token = folder.run(&["users", "token", "ben", "--label", "cron"]).ended(0).out;
    // 256 bits are 64 hexadecimal digits.
    assert_eq!(token.trim_end().strip_prefix("portreeve_").unwrap().len(), 64);
    folder.run(&["users", "disable", "ben"]).ended(0);
    assert_eq!(folder.run(&["users", "list"]).ended(0).out, "ann  admin\nben  operator  disabled\n");
    folder.run(&["users", "enable", "dee"]).refused(&["no user `dee`"]);
}

#[test]
fn a_console_without_users_stays_on_loopback() {
    let folder = Scratch::new();
    let account = source("examples/alibaba");
    let serve = |options: &[&str]| folder.run(&[&["serve", &account], options].concat());
    serve(&["--listen", "0.0.0.0:0"]).refused(&["`0.0.0.0:0`", "portreeve users add NAME --role admin"]);
    serve(&["--trust-header", "X-Forwarded-User"]).refused(&["--trust-proxy"]);
    let proxy = ["--trust-proxy", "127.0.0.1", "--trust-header"];
    serve(&[&proxy[..], &["X-Forwarded-User=king"]].concat()).refused(&["`king` is no role"]);
    serve(&[&proxy[..], &["no header"]].concat()).refused(&["`no header` cannot be the name of a header"]);
    serve(&["--tls-cert", "chain.pem"]).refused(&["--tls-key"]);
    serve(&["--tls-cert", "a.pem", "--tls-key", "b.pem"]).refused(&["`a.pem` cannot be used for TLS"]);
}
