//! Every page that shows or does something, and what a program asks for in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::sample::Sample;

/// The routes of the pages, each with the calls of the API that do the same.
const COUNTERPARTS: [(&str, &[&str]); 41] = [
    ("GET /", &["GET /api/v1/check", "GET /api/v1/items", "GET /api/v1/findings"]),
    ("POST /check/run", &["POST /api/v1/runs"]),
    ("GET /check/progress", &["GET /api/v1/runs/progress"]),
    ("GET /item/{id}", &["GET /api/v1/items/{id}", "GET /api/v1/items/{id}/about"]),
    ("POST /item/{id}/switch", &["PUT /api/v1/items/{id}/switch"]),
    (
        "GET /finding/{fingerprint}",
        &[
            "GET /api/v1/findings/{fingerprint}",
            "GET /api/v1/findings/{fingerprint}/fix",
            "GET /api/v1/findings/{fingerprint}/history",
            "GET /api/v1/marks",
        ],
    ),
    ("GET /finding/{fingerprint}/plan", &["GET /api/v1/findings/{fingerprint}/fix/script"]),
    ("POST /finding/{fingerprint}/waive", &["POST /api/v1/waivers"]),
    ("POST /finding/{fingerprint}/planned", &["PUT /api/v1/findings/{fingerprint}/mark"]),
    ("POST /finding/{fingerprint}/unplanned", &["DELETE /api/v1/findings/{fingerprint}/mark"]),
    ("POST /waiver/{id}/withdraw", &["DELETE /api/v1/waivers/{id}"]),
    ("GET /gaps", &["GET /api/v1/gaps"]),
    ("GET /groups", &["GET /api/v1/groups"]),
    ("GET /group/{id}", &["GET /api/v1/groups/{id}"]),
    ("GET /group/{id}/whatif", &["POST /api/v1/whatif"]),
    ("GET /group/{id}/whatif/script", &["POST /api/v1/whatif/script"]),
    ("GET /servers", &["GET /api/v1/servers"]),
    ("GET /server/{id}", &["GET /api/v1/servers/{id}", "GET /api/v1/exposure"]),
    ("GET /exposure", &["GET /api/v1/exposure", "GET /api/v1/trend/exposure"]),
    ("GET /explain", &["GET /api/v1/explain"]),
    ("GET /explain/suggest", &["GET /api/v1/explain/ends"]),
    ("GET /map", &["GET /api/v1/map"]),
    ("GET /history", &["GET /api/v1/runs", "GET /api/v1/trend"]),
    (
        "GET /run/{id}",
        &[
            "GET /api/v1/runs/{id}",
            "GET /api/v1/runs/{id}/items",
            "GET /api/v1/runs/{id}/findings",
            "GET /api/v1/runs/{id}/documents",
        ],
    ),
    ("GET /run/{id}/exposure", &["GET /api/v1/runs/{id}/exposure"]),
    ("GET /diff", &["GET /api/v1/runs/{old}/diff/{new}"]),
    (
        "GET /settings",
        &[
            "GET /api/v1/schedule",
            "GET /api/v1/waivers",
            "GET /api/v1/items",
            "GET /api/v1/runs/{id}/documents",
        ],
    ),
    ("POST /settings/own", &["POST /api/v1/own-items"]),
    ("POST /settings/own/{id}", &["PUT /api/v1/own-items/{id}"]),
    ("POST /settings/own/{id}/remove", &["DELETE /api/v1/own-items/{id}"]),
    ("POST /settings/schedule", &["PUT /api/v1/schedule"]),
    ("GET /settings/users", &["GET /api/v1/users", "GET /api/v1/tokens"]),
    ("POST /settings/users", &["POST /api/v1/users"]),
    ("POST /settings/users/{name}", &["PATCH /api/v1/users/{name}"]),
    ("POST /settings/users/{name}/tokens", &["POST /api/v1/users/{name}/tokens"]),
    ("POST /settings/tokens/{id}/revoke", &["DELETE /api/v1/tokens/{id}"]),
    ("GET /settings/audit", &["GET /api/v1/audit"]),
    ("GET /account", &["GET /api/v1/me"]),
    // What has no counterpart is about the session of a browser. Programs have tokens, and their users no password of theirs.
    ("POST /account/password", &[]),
    ("POST /login", &[]),
    ("POST /logout", &[]),
];

/// What has no counterpart although a page shows it: the way in.
const PAGES_ONLY: [&str; 1] = ["GET /login"];

/// The routes that a source file has, as `METHOD path`.
fn routes(text: &str) -> Vec<String> {
    let own = text.split_once("const PAGE: &str = \"").and_then(|(_, rest)| rest.split('"').next());
    let mut found = Vec::new();
    for route in text.split(".route(").skip(1) {
        let route = route.split("\n}").next().unwrap();
        let (path, handlers) = route.split_once(',').unwrap();
        let path = if path == "PAGE" { own.unwrap() } else { path.trim_matches('"') };
        for (method, handler) in [("GET", "get("), ("POST", "post(")] {
            if handlers.contains(handler) {
                found.push(format!("{method} {path}"));
            }
        }
    }
    found
}

fn pages() -> BTreeSet<String> {
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = vec![source.join("page"), source.join("access")];
    let mut found = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            found.extend(routes(&fs::read_to_string(path).unwrap()));
        }
    }
    found
}

#[test]
fn what_a_page_shows_or_does_a_program_can_ask_for() {
    let described: Value = serde_json::from_str(&Sample::example().get("/api/v1/openapi.json").ok()).unwrap();
    let mut calls = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        calls.extend(methods.as_object().unwrap().keys().map(|it| format!("{} {path}", it.to_uppercase())));
    }
    let table: BTreeMap<_, _> = COUNTERPARTS.into_iter().collect();
    let known: BTreeSet<String> = table.keys().chain(&PAGES_ONLY).map(|route| (*route).to_owned()).collect();
    assert_eq!(pages(), known, "each route of a page stands in the table, and no other");
    for (page, same) in table {
        for call in same {
            assert!(calls.contains(*call), "{page} should have {call}, which there is not");
        }
    }
}
