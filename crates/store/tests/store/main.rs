//! The store from outside, on both databases: every case runs on a file and on a private cluster of `PostgreSQL`.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

mod cases;
mod common;
mod console;
mod killed;
mod places;
mod postgres;
mod room;
mod runs;
mod upgrade;

use common::Site;
use postgres::Cluster;

fn every_case() -> impl Iterator<Item = (&'static str, cases::Case)> {
    cases::ALL.into_iter().chain(console::ALL).chain(runs::ALL).chain(upgrade::ALL)
}

#[test]
fn every_case_holds_on_sqlite() {
    for (name, case) in every_case() {
        println!("{name}");
        case(&Site::files());
    }
}

#[test]
fn every_case_holds_on_postgresql() {
    let cluster = Cluster::start();
    for (name, case) in every_case() {
        println!("{name}");
        case(&Site::databases(&cluster));
    }
    places::a_newer_or_foreign_database_is_refused(&cluster);
    killed::a_killed_process_loses_no_finished_run(&Site::databases(&cluster));
    killed::a_process_killed_while_it_writes_leaves_no_trace(&Site::databases(&cluster));
    cases::backups_cross(&cluster);
}
