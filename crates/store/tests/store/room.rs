//! A disk that is full: an error that says so, and everything that was finished is still there.

use std::path::Path;
use std::process::Command;

use portreeve_store::{Place, Store};

use crate::common::{ITEMS, Site, everything, found, run_of};

const CHILD: &str = "PORTREEVE_TEST_FULL";

/// Not a test of its own: what the process with little room does. The folder and what the error must say are in the environment.
#[test]
fn child_fills_its_disk() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (folder, expected) = told.split_once('|').unwrap();
    let place = Place::File(Path::new(folder).join("store.db"));
    let store = Store::open(&place).unwrap();
    let mut finished = String::new();
    let mut failed = None;
    for n in 1..1000_u32 {
        let findings: Vec<_> = (0..2000).map(|cause| found("open-ssh", cause, n)).collect();
        match run_of(&store, "production", i64::from(n), &ITEMS, &findings) {
            Ok(_) => finished = everything(&store),
            Err(error) => {
                failed = Some(error.to_string());
                break;
            }
        }
    }
    let failed = failed.expect("the disk is small");
    assert!(failed.contains(expected), "{failed}");
    assert!(!finished.is_empty(), "{failed}");
    assert_eq!(everything(&store), finished);
    drop(store);
    assert_eq!(everything(&Store::existing(&place).unwrap()), finished);
    println!("it holds");
}

fn fill(shell: &mut Command, folder: &Path, expected: &str) {
    let output = shell
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "room::child_fills_its_disk", "--nocapture"])
        .env(CHILD, format!("{}|{expected}", folder.display()))
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("it holds"), "{said}");
}

/// Files may not grow beyond a limit: the system refuses to write, and does not call that a full disk.
#[test]
fn a_limit_of_the_system_is_an_error_and_no_corruption() {
    let site = Site::files();
    let mut shell = Command::new("bash");
    shell.args(["-c", "trap '' XFSZ && ulimit -f 3000 && exec \"$@\"", "bash"]);
    fill(&mut shell, &site.file(""), "store");
}

/// A disk of four megabytes, where the test may make one: as root, or where users have name spaces of their own.
#[test]
fn a_full_disk_is_an_error_and_no_corruption() {
    let site = Site::files();
    let mount = format!("mount -t tmpfs -o size=4m none '{}'", site.file("").display());
    let spaces: &[&str] = if may(&["-m"], &mount) { &["-m"] } else { &["-rm"] };
    if !may(spaces, &mount) {
        println!("no disk could be mounted here: the limit of the system has to do");
        return;
    }
    let mut shell = Command::new("unshare");
    shell.args(spaces).args(["bash", "-c", &format!("{mount} && exec \"$@\""), "bash"]);
    fill(&mut shell, &site.file(""), "has no room left");
}

fn may(spaces: &[&str], mount: &str) -> bool {
    let tried = Command::new("unshare").args(spaces).args(["bash", "-c", mount]).output();
    tried.is_ok_and(|output| output.status.success())
}
