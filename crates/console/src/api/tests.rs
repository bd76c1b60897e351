//! What the API takes, answers and refuses.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use portreeve::Config;
use serde_json::{Value, json};

use crate::access::{Access, Accounts, Role};
use crate::sample::{Got, Sample};

fn call(sample: &Sample, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Got {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    sample.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap())
}

fn get(sample: &Sample, path: &str) -> Value {
    serde_json::from_str(&sample.get(path).ok()).unwrap()
}

/// A change by whoever sits at this machine, with the token that their page has.
fn change(sample: &Sample, method: Method, path: &str, body: Option<Value>) -> Got {
    let me = get(sample, "/api/v1/me");
    call(sample, method, path, body, &[("x-csrf-token", me["csrf_token"].as_str().unwrap())])
}

fn parse(got: &Got) -> Value {
    serde_json::from_str(&got.body).unwrap()
}

#[test]
fn the_check_is_the_document_of_the_command_line() {
    let sample = Sample::checked();
    let check = get(&sample, "/api/v1/check");
    assert_eq!(check["schema"], "portreeve/check/1");
    let listed = check["findings"].as_array().unwrap();
    // The pages of the list have the same findings, in the same order.
    let first = get(&sample, "/api/v1/findings?per_page=3");
    assert_eq!(first["total"], listed.len());
    assert_eq!(first["pages"], listed.len().div_ceil(3));
    assert_eq!(first["rows"].as_array().unwrap()[..], listed[..3]);
    let second = get(&sample, "/api/v1/findings?per_page=3&page=2");
    assert_eq!(second["rows"].as_array().unwrap()[0], listed[3]);
    let beyond = get(&sample, "/api/v1/findings?page=1000000000000000000");
    assert_eq!(beyond["rows"], json!([]));
    let one = listed[0]["fingerprint"].as_str().unwrap();
    assert_eq!(get(&sample, &format!("/api/v1/findings/{one}")), listed[0]);
    assert_eq!(get(&sample, &format!("/api/v1/findings/{one}/fix"))["schema"], "portreeve/fix/1");
}

#[test]
fn findings_are_filtered() {
    let sample = Sample::checked();
    let all = get(&sample, "/api/v1/check")["findings"].as_array().unwrap().clone();
    let group = all.iter().find_map(|finding| finding["security_group"]["id"].as_str()).unwrap();
    let server = all.iter().find_map(|finding| finding["servers"][0]["id"].as_str()).unwrap();
    let has = |filter: &str| {
        let rows = get(&sample, &format!("/api/v1/findings?per_page=500&{filter}"))["rows"].clone();
        rows.as_array().unwrap().clone()
    };
    let expect = |filter: &str, fits: &dyn Fn(&Value) -> bool| {
        let expected: Vec<Value> = all.iter().filter(|finding| fits(finding)).cloned().collect();
        assert!(!expected.is_empty(), "{filter} should find something");
        assert_eq!(has(filter), expected, "{filter}");
    };
    expect("item=open-ssh", &|finding| finding["item"] == "open-ssh");
    expect("risk=high", &|finding| finding["risk"] == "high");
    expect("certainty=sure", &|finding| finding["certainty"] == "sure");
    expect("status=open", &|finding| finding["status"] == "open");
    expect("exposure=internet", &|finding| finding["exposure"] == "internet");
    expect(&format!("group={group}"), &|finding| finding["security_group"]["id"] == group);
    expect(&format!("server={server}"), &|finding| {
        finding["servers"].as_array().unwrap().iter().any(|each| each["id"] == server)
    });
    assert!(has("server=i-nothing").is_empty());
}

#[test]
fn a_switched_off_item_has_no_findings() {
    let sample = Sample::checked();
    let off = json!({"enabled": false});
    let got = change(&sample, Method::PUT, "/api/v1/items/open-ssh/switch", Some(off));
    assert_eq!(got.status, StatusCode::NO_CONTENT, "{}", got.body);
    assert_eq!(get(&sample, "/api/v1/items/open-ssh")["enabled"], false);
    let check = get(&sample, "/api/v1/check");
    assert!(check["findings"].as_array().unwrap().iter().all(|finding| finding["item"] != "open-ssh"));
    let item = check["items"].as_array().unwrap().iter().find(|item| item["id"] == "open-ssh").unwrap();
    assert_eq!(item["at_risk"], json!({"security_groups": 0, "servers": 0}));
    assert_eq!(get(&sample, "/api/v1/findings?item=open-ssh")["total"], 0);
    assert_eq!(get(&sample, "/api/v1/audit?limit=1")[0]["action"], "switch");
}

#[test]
fn groups_and_servers_are_searched_and_told() {
    let sample = Sample::checked();
    for (list, key) in [("groups", "security_groups"), ("servers", "instances")] {
        let all = get(&sample, &format!("/api/v1/{list}"));
        assert_eq!(all["total"], get(&sample, "/api/v1/check")["estate"][key], "{list}");
        let id = all["rows"][0]["id"].as_str().unwrap();
        let found = get(&sample, &format!("/api/v1/{list}?q={}", id.to_uppercase()));
        assert_eq!(found["total"], 1, "{list}");
        assert_eq!(get(&sample, &format!("/api/v1/{list}/{id}"))["id"], id);
        assert_eq!(get(&sample, &format!("/api/v1/{list}?q=no+such+thing"))["total"], 0);
        assert_eq!(sample.get(&format!("/api/v1/{list}/nothing")).status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn questions_get_the_documents_of_the_command_line() {
    let sample = Sample::checked();
    let server = get(&sample, "/api/v1/servers")["rows"][0]["id"].as_str().unwrap().to_owned();
    let told = get(&sample, &format!("/api/v1/explain?from=internet&to={server}&port=22"));
    assert_eq!(told["schema"], "portreeve/explain/1");
    assert_eq!(told["question"]["port"], 22);
    assert_eq!(get(&sample, "/api/v1/exposure")["schema"], "portreeve/exposure/1");
    let finding = &get(&sample, "/api/v1/findings?item=open-ssh")["rows"][0];
    let group = finding["security_group"]["id"].as_str().unwrap();
    let edit = json!({"edits": [format!("{group}: allow tcp 4711 from 0.0.0.0/0 priority 1 in")]});
    let got = call(&sample, Method::POST, "/api/v1/whatif", Some(edit), &[]);
    assert_eq!(parse(&got)["schema"], "portreeve/diff/1", "{}", got.body);
    for (path, word) in [
        ("/api/v1/explain?from=internet&to=i-nothing", "`i-nothing`"),
        ("/api/v1/explain?from=internet", "to"),
        ("/api/v1/explain?from=a&to=b&port=99999", "port"),
        ("/api/v1/exposure?to=i-nothing", "`i-nothing`"),
    ] {
        let got = sample.get(path);
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(got.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(parse(&got)["detail"].as_str().unwrap().contains(word), "{path}: {}", got.body);
    }
    for body in [json!({"edits": []}), json!({"edits": ["nonsense"]}), json!({}), json!([])] {
        let got = call(&sample, Method::POST, "/api/v1/whatif", Some(body), &[]);
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.body);
    }
}

#[test]
fn waivers_are_made_and_withdrawn() {
    let sample = Sample::checked();
    let finding = get(&sample, "/api/v1/findings?item=open-ssh")["rows"][0].clone();
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    let wanted = json!({"fingerprint": fingerprint, "reason": "a honeypot", "until": "2999-12-31"});
    let got = change(&sample, Method::POST, "/api/v1/waivers", Some(wanted));
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.body);
    let id = parse(&got)["id"].as_i64().unwrap();
    assert_eq!(get(&sample, &format!("/api/v1/findings/{fingerprint}"))["status"], "waived");
    assert_eq!(get(&sample, "/api/v1/waivers")[0]["reason"], "a honeypot");
    let withdraw = || change(&sample, Method::DELETE, &format!("/api/v1/waivers/{id}"), None).status;
    assert_eq!((withdraw(), withdraw()), (StatusCode::NO_CONTENT, StatusCode::NOT_FOUND));
    assert_eq!(get(&sample, &format!("/api/v1/findings/{fingerprint}"))["status"], "open");
    for refused in [
        json!({"fingerprint": fingerprint, "reason": " ", "until": "2999-12-31"}),
        json!({"fingerprint": fingerprint, "reason": "x", "until": "2000-01-01"}),
        json!({"fingerprint": fingerprint, "reason": "x", "until": "tomorrow"}),
        json!({"fingerprint": "nonsense", "reason": "x", "until": "2999-12-31"}),
        json!({"item": "open-ssh", "reason": "x", "until": "2999-12-31"}),
        json!({"reason": "x", "until": "2999-12-31"}),
    ] {
        let got = change(&sample, Method::POST, "/api/v1/waivers", Some(refused.clone()));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
}

#[test]
fn own_items_have_the_shape_of_the_configuration_file() {
    let sample = Sample::example();
    let item = |ports: Value| json!({"id": "open-erp", "title": "ERP", "risk": "high", "tcp": ports});
    let add = |body: Value| change(&sample, Method::POST, "/api/v1/own-items", Some(body));
    assert_eq!(add(item(json!([8500, "9000-9010"]))).status, StatusCode::CREATED);
    assert_eq!(add(item(json!([8500]))).status, StatusCode::CONFLICT, "its id is taken");
    let listed = get(&sample, "/api/v1/own-items");
    let expected = json!([{"id": "open-erp", "title": "ERP", "risk": "high", "tcp": ["8500", "9000-9010"], "udp": [],
        "peers": null, "suggestion": null, "made_here": true, "problem": null}]);
    assert_eq!(listed, expected);
    let one = "/api/v1/own-items/open-erp";
    let put = |body: Value| change(&sample, Method::PUT, one, Some(body)).status;
    assert_eq!(put(item(json!([1]))), StatusCode::NO_CONTENT);
    assert_eq!(get(&sample, "/api/v1/own-items")[0]["tcp"], json!(["1"]));
    for refused in [
        item(json!([0])),
        item(json!([70000])),
        item(json!(["http"])),
        item(json!([])),
        json!({"id": "open-ssh", "title": "SSH", "risk": "high", "tcp": [22]}),
        json!({"id": "open-erp", "title": "ERP", "risk": "worst", "tcp": [22]}),
        json!({"id": "open-erp", "title": "ERP", "risk": "low", "tcp": [22], "tpc": []}),
        json!({"id": "open-erp", "title": "ERP", "risk": "low", "tcp": [22], "peers": []}),
    ] {
        assert_eq!(put(refused.clone()), StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    let remove = || change(&sample, Method::DELETE, one, None).status;
    assert_eq!((remove(), remove()), (StatusCode::NO_CONTENT, StatusCode::NOT_FOUND));
    assert_eq!(get(&sample, "/api/v1/own-items"), json!([]));
}

#[test]
fn waivers_of_the_file_are_told_too() {
    let text =
        "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-x\"\nreason = \"a honeypot\"\nuntil = 2999-12-31\n";
    let sample = Sample::configured(Config::parse(text, "portreeve.toml".as_ref()).unwrap());
    let told = get(&sample, "/api/v1/waivers");
    let expected = json!([{
        "id": null, "fingerprint": null, "item": "open-ssh", "group": "sg-x", "reason": "a honeypot",
        "until": "2999-12-31", "by": "portreeve.toml:1", "at": null, "withdrawn": null
    }]);
    assert_eq!(told, expected);
}

#[test]
fn findings_are_marked_as_planned() {
    let sample = Sample::checked();
    let fingerprint =
        get(&sample, "/api/v1/findings?item=open-ssh")["rows"][0]["fingerprint"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/findings/{fingerprint}/mark");
    let mark = |body: Value| change(&sample, Method::PUT, &path, Some(body)).status;
    assert_eq!(get(&sample, "/api/v1/marks"), json!([]));
    assert_eq!(mark(json!({"note": " CHG-7 "})), StatusCode::NO_CONTENT);
    let marked = &get(&sample, "/api/v1/marks")[0];
    let told = ["fingerprint", "item", "note", "by"].map(|key| marked[key].as_str().unwrap());
    assert_eq!(told, [&*fingerprint, "open-ssh", "CHG-7", "local"]);
    // The page shows it, and what is marked again has one mark.
    assert!(sample.get(&format!("/finding/{fingerprint}")).ok().contains("CHG-7"));
    assert_eq!(mark(json!({})), StatusCode::NO_CONTENT);
    assert_eq!(get(&sample, "/api/v1/marks")[0]["note"], "");
    assert_eq!(mark(json!({"note": "x".repeat(1001)})), StatusCode::UNPROCESSABLE_ENTITY);
    let unmark = || change(&sample, Method::DELETE, &path, None).status;
    assert_eq!((unmark(), unmark()), (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT));
    assert_eq!(get(&sample, "/api/v1/marks"), json!([]));
    for nothing in ["0".repeat(24), "nonsense".to_owned()] {
        let path = format!("/api/v1/findings/{nothing}/mark");
        let got = change(&sample, Method::PUT, &path, Some(json!({"note": "x"})));
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{}", got.body);
    }
}

#[test]
fn the_schedule_is_told_and_set() {
    let sample = Sample::example();
    let set = |body: Value| change(&sample, Method::PUT, "/api/v1/schedule", Some(body)).status;
    let told = || get(&sample, "/api/v1/schedule")["minutes"].clone();
    assert_eq!(told(), Value::Null);
    assert_eq!(set(json!({"minutes": 10_080})), StatusCode::NO_CONTENT);
    assert_eq!(told(), 10_080);
    // A week is the longest, and a body that forgets to say something is no order to stop.
    for wrong in [json!({"minutes": 0}), json!({"minutes": 10_081}), json!({"minutes": -1}), json!({})] {
        assert_eq!(set(wrong.clone()), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(told(), 10_080);
    assert_eq!(set(json!({"minutes": null})), StatusCode::NO_CONTENT);
    assert_eq!(told(), Value::Null);
}

#[test]
fn gaps_are_those_of_the_check() {
    let sample = Sample::checked();
    let all = get(&sample, "/api/v1/check")["gaps"].clone();
    let listed = get(&sample, "/api/v1/gaps?per_page=500");
    assert_eq!((&listed["rows"], &listed["total"]), (&all, &json!(all.as_array().unwrap().len())));
    let word = all[0]["at"].as_str().unwrap().to_uppercase();
    let found = get(&sample, &format!("/api/v1/gaps?q={word}"))["rows"].clone();
    assert!(found.as_array().unwrap().contains(&all[0]), "{found}");
    assert_eq!(get(&sample, "/api/v1/gaps?q=no+such+words")["total"], 0);
}

#[test]
fn an_item_has_the_page_of_the_command_line() {
    let sample = Sample::example();
    let about = get(&sample, "/api/v1/items/open-ssh/about");
    assert_eq!((&about["id"], &about["enabled"]), (&json!("open-ssh"), &json!(true)));
    for part in ["asks", "why", "fix", "not_when", "fires", "silent", "suggestion"] {
        assert!(!about[part].as_str().unwrap().is_empty(), "{part}");
    }
    change(&sample, Method::PUT, "/api/v1/items/open-ssh/switch", Some(json!({"enabled": false})));
    assert_eq!(get(&sample, "/api/v1/items/open-ssh/about")["enabled"], false);
    assert_eq!(sample.get("/api/v1/items/nothing/about").status, StatusCode::NOT_FOUND);
}

#[test]
fn everybody_who_can_reach_somebody_is_told() {
    let sample = Sample::checked();
    let exposed = get(&sample, "/api/v1/findings?item=open-ssh&exposure=internet&certainty=sure");
    let servers = exposed["rows"][0]["servers"].as_array().unwrap();
    let server = servers.iter().find(|server| server["state"] == "at_risk").unwrap()["id"].as_str().unwrap();
    let told = get(&sample, &format!("/api/v1/explain?from=any&to={server}&port=22"));
    assert_eq!(told["schema"], "portreeve/explain/1");
    assert!(told["senders"].is_array() && told["denied_interfaces"].is_number(), "{told}");
    // The finding says that everybody may come in, by one family of addresses at least.
    let allowed = told["allowed"].as_array().unwrap().iter();
    let from: Vec<&Value> = allowed.flat_map(|set| set["from"].as_array().unwrap()).collect();
    assert!(from.iter().any(|block| ["0.0.0.0/0", "::/0"].contains(&block.as_str().unwrap())), "{from:?}");
    for (rest, word) in [("", "port"), ("&protocol=all", "protocol"), ("&protocol=icmp&port=22", "port")] {
        let got = sample.get(&format!("/api/v1/explain?from=any&to={server}{rest}"));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{rest}");
        assert!(parse(&got)["detail"].as_str().unwrap().contains(word), "{}", got.body);
    }
    let ends = get(&sample, &format!("/api/v1/explain/ends?q={server}"));
    assert_eq!(ends[0]["value"], server);
}

#[test]
fn plans_and_edits_are_given_as_scripts() {
    let sample = Sample::checked();
    let finding = get(&sample, "/api/v1/findings?item=open-ssh&status=open")["rows"][0].clone();
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    let fix = format!("/api/v1/findings/{fingerprint}/fix");
    let script = |tool: &str| sample.get(&format!("{fix}/script?tool={tool}"));
    assert!(script("aliyun").ok().starts_with("#!/bin/sh"));
    assert_ne!(script("terraform").ok(), script("rollback").ok());
    for (path, status) in [
        (format!("{fix}/script"), 422),
        (format!("{fix}/script?tool=json"), 422),
        (format!("{fix}/script?tool=rm"), 422),
        (format!("{fix}?strategy=hope"), 422),
        (format!("{fix}?allow=nowhere"), 422),
        (format!("/api/v1/findings/{}/fix/script?tool=aliyun", "0".repeat(24)), 404),
    ] {
        assert_eq!(sample.get(&path).status.as_u16(), status, "{path}");
    }
    let deny = |allow: &str| get(&sample, &format!("{fix}?strategy=deny&allow={allow}"))["plans"][0].clone();
    assert_eq!(deny("")["strategy"], "deny");
    assert_ne!(deny(""), deny("198.18.0.0/15,2001:db8:7::/48"), "who may go on is carved out");

    let group = finding["security_group"]["id"].as_str().unwrap();
    let edits = json!([format!("{group}: allow tcp 4711 from 0.0.0.0/0 priority 1 in")]);
    let ask = |body: Value| call(&sample, Method::POST, "/api/v1/whatif/script", Some(body), &[]);
    let got = ask(json!({"edits": edits, "tool": "aliyun"}));
    assert_eq!(got.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert!(got.ok().contains("4711"));
    for wrong in [json!({"edits": [], "tool": "aliyun"}), json!({"edits": edits, "tool": "rm"})] {
        assert_eq!(ask(wrong.clone()).status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[test]
fn a_finding_and_a_run_are_remembered() {
    let sample = Sample::checked();
    let all = get(&sample, "/api/v1/check")["findings"].as_array().unwrap().clone();
    let fingerprint = all[0]["fingerprint"].as_str().unwrap();
    let life = get(&sample, &format!("/api/v1/findings/{fingerprint}/history"));
    assert_eq!((&life[0]["item"], &life[0]["fixed"]), (&all[0]["item"], &Value::Null));
    assert_eq!(life[0]["spans"][0]["opened"], 1);
    assert_eq!(get(&sample, &format!("/api/v1/findings/{}/history", "0".repeat(24))), json!([]));

    // The run has the documents of the example, and the findings of the check.
    assert_eq!(get(&sample, "/api/v1/runs/1/documents").as_array().unwrap().len(), 44);
    let items = get(&sample, "/api/v1/runs/1/items");
    let found: u64 = items.as_array().unwrap().iter().map(|item| item["found"].as_u64().unwrap()).sum();
    let mut held = BTreeSet::new();
    let mut next = Some(String::new());
    while let Some(after) = next {
        let page = get(&sample, &format!("/api/v1/runs/1/findings?limit=7{after}"));
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.len() <= 7);
        held.extend(rows.iter().map(|row| row["fingerprint"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(|place| format!("&after={place}"));
    }
    let told: BTreeSet<_> = all.iter().map(|row| row["fingerprint"].as_str().unwrap().to_owned()).collect();
    // The store remembers what items found that are off as well.
    assert!(held.is_superset(&told));
    assert_eq!(u64::try_from(held.len()).unwrap(), found);
    assert_eq!(get(&sample, "/api/v1/runs/1/exposure"), get(&sample, "/api/v1/exposure"));

    let run = get(&sample, "/api/v1/runs/1");
    let day = run["finished"].as_str().unwrap().split('T').next().unwrap();
    assert_eq!(get(&sample, &format!("/api/v1/runs?on={day}"))[0]["id"], 1);
    assert_eq!(sample.get("/api/v1/runs?on=2001-01-01").status, StatusCode::NOT_FOUND);
    assert_eq!(sample.get("/api/v1/runs?on=today").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sample.get("/api/v1/runs/1/findings?after=x").status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in ["documents", "items", "findings", "exposure"] {
        assert_eq!(sample.get(&format!("/api/v1/runs/99/{path}")).status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_map_is_told_as_links() {
    let sample = Sample::checked();
    let all = get(&sample, "/api/v1/map?per_page=500");
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(all["total"], rows.len());
    // SSH is open to the internet somewhere in the example, by a rule with a name.
    let ssh = |row: &&Value| row["from"]["kind"] == "internet" && row["services"][0]["protocol"] == 6;
    let open = rows.iter().find(ssh).unwrap();
    let (rule, group) = (open["rule"].as_str().unwrap(), open["to"]["security_groups"][0].as_str().unwrap());
    assert!(!rule.is_empty() && open["to"]["interfaces"].as_u64().unwrap() > 0, "{open}");
    let narrowed = get(&sample, &format!("/api/v1/map?q={group}&per_page=500"))["rows"].clone();
    let narrowed = narrowed.as_array().unwrap();
    assert!(narrowed.contains(open) && narrowed.len() < rows.len());
    assert_eq!(get(&sample, "/api/v1/map?q=no+such+group")["total"], 0);
    assert_eq!(sample.get("/api/v1/map?port=70000").status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn runs_are_started_listed_and_told() {
    let sample = Sample::checked();
    let runs = get(&sample, "/api/v1/runs");
    assert_eq!(runs.as_array().unwrap().len(), 1);
    assert_eq!(get(&sample, "/api/v1/runs/1"), runs[0]);
    assert_eq!(get(&sample, "/api/v1/trend")[0]["run"], 1);
    assert_eq!(sample.get("/api/v1/runs/99").status, StatusCode::NOT_FOUND);
    assert_eq!(sample.get("/api/v1/runs/x").status, StatusCode::UNPROCESSABLE_ENTITY);
    sample.obtain();
    let exposed = get(&sample, "/api/v1/trend/exposure");
    let runs: Vec<&Value> = exposed.as_array().unwrap().iter().map(|row| &row["run"]).collect();
    assert_eq!(runs, [1, 2]);
    assert!(exposed[0]["exposure"]["surely"].as_u64().unwrap() > 0, "{exposed}");
    assert_eq!(exposed[0]["exposure"], exposed[1]["exposure"], "the same documents");
    let same = get(&sample, "/api/v1/runs/1/diff/2");
    assert_eq!(same["schema"], "portreeve/diff/1");
    assert_eq!(same["effect"], false, "the same documents let the same through");
    assert_eq!(sample.get("/api/v1/runs/1/diff/99").status, StatusCode::NOT_FOUND);
    assert_eq!(change(&sample, Method::POST, "/api/v1/runs", None).status, StatusCode::ACCEPTED);
}

#[test]
fn without_results_the_api_says_so() {
    let sample = Sample::example();
    for path in [
        "check",
        "items",
        "findings",
        "gaps",
        "marks",
        "groups",
        "servers",
        "map",
        "exposure",
        "explain?from=internet&to=x",
    ] {
        assert_eq!(sample.get(&format!("/api/v1/{path}")).status, StatusCode::CONFLICT, "{path}");
    }
    assert_eq!(get(&sample, "/api/v1/runs"), json!([]));
}

/// Every change of the API: method, path, body, and the least role that may.
fn changes() -> Vec<(Method, &'static str, Value, Role)> {
    let waiver = json!({"item": "open-ssh", "group": "sg-x", "reason": "x", "until": "2999-12-31"});
    let own = json!({"id": "open-erp", "title": "ERP", "risk": "high", "tcp": [8500, "8510-8520"]});
    let user = json!({"name": "new", "role": "viewer", "password": "long enough word"});
    vec![
        (Method::POST, "/api/v1/runs", Value::Null, Role::Operator),
        (Method::PUT, "/api/v1/items/{id}/switch", json!({"enabled": true}), Role::Operator),
        (Method::POST, "/api/v1/waivers", waiver, Role::Operator),
        (Method::DELETE, "/api/v1/waivers/{id}", Value::Null, Role::Operator),
        (Method::POST, "/api/v1/own-items", own.clone(), Role::Operator),
        (Method::PUT, "/api/v1/own-items/{id}", own, Role::Operator),
        (Method::DELETE, "/api/v1/own-items/{id}", Value::Null, Role::Operator),
        (Method::PUT, "/api/v1/findings/{fingerprint}/mark", json!({"note": "x"}), Role::Operator),
        (Method::DELETE, "/api/v1/findings/{fingerprint}/mark", Value::Null, Role::Operator),
        (Method::PUT, "/api/v1/schedule", json!({"minutes": 60}), Role::Admin),
        (Method::POST, "/api/v1/users", user, Role::Admin),
        (Method::PATCH, "/api/v1/users/{name}", json!({"role": "viewer"}), Role::Admin),
        (Method::POST, "/api/v1/users/{name}/tokens", json!({"name": "x"}), Role::Admin),
        (Method::DELETE, "/api/v1/tokens/{id}", Value::Null, Role::Admin),
    ]
}

/// A path with something in each place.
fn named(path: &str, id: &str) -> String {
    let path = path.replace("items/{id}", "items/open-ssh").replace("{id}", id).replace("{name}", "guest");
    path.replace("{fingerprint}", &"0".repeat(24))
}

#[test]
fn each_change_needs_its_role_and_its_proof() {
    let sample = Sample::with(Access::default());
    let accounts = Accounts { store: &sample.console.store, who: "test" };
    accounts.add("admin", Role::Admin, "correct horse battery").unwrap();
    let mut tokens = Vec::new();
    for role in Role::ALL {
        let name = format!("as-{}", role.as_str());
        accounts.add(&name, role, "correct horse battery").unwrap();
        tokens.push((role, format!("Bearer {}", accounts.add_token(&name, "test", None).unwrap().1)));
    }
    accounts.add("guest", Role::Viewer, "correct horse battery").unwrap();
    for (method, path, body, least) in changes() {
        let path = named(path, "99");
        let body = Some(body).filter(|body| !body.is_null());
        let nobody = call(&sample, method.clone(), &path, body.clone(), &[]);
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        for (role, token) in &tokens {
            let got = call(&sample, method.clone(), &path, body.clone(), &[("authorization", token)]);
            if *role < least {
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{method} {path} as {role:?}: {}", got.body);
            } else {
                // Number 99 does not exist, and a run or a user may be there from the role before.
                let missing = [StatusCode::NOT_FOUND, StatusCode::CONFLICT].contains(&got.status);
                assert!(got.status.is_success() || missing, "{method} {path} as {role:?}: {}", got.body);
            }
        }
    }
}

#[test]
fn without_the_header_a_session_changes_nothing() {
    let sample = Sample::checked();
    for (method, path, body, _) in changes() {
        let path = named(path, "1");
        let body = Some(body).filter(|body| !body.is_null());
        for headers in [&[][..], &[("x-csrf-token", "guessed")][..]] {
            let got = call(&sample, method.clone(), &path, body.clone(), headers);
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{method} {path}");
            assert!(got.body.contains("X-CSRF-Token"), "{}", got.body);
        }
    }
}

#[test]
fn the_document_describes_every_change_and_every_answer() {
    let sample = Sample::example();
    let document = get(&sample, "/api/v1/openapi.json");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            let changes = method != "get" && !path.starts_with("/api/v1/whatif");
            if changes {
                described.insert((method.to_uppercase(), path.clone()));
                let refused = operation["responses"]["403"]["description"].as_str().unwrap();
                assert!(refused.starts_with("Only "), "{method} {path}: {refused}");
            }
        }
    }
    // The list that the tests of roles go through has them all.
    let tested: BTreeSet<_> =
        changes().into_iter().map(|(method, path, ..)| (method.to_string(), path.to_owned())).collect();
    assert_eq!(described, tested);
    let page = sample.get("/api/docs").ok();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(page.contains(path.as_str()), "{path}");
    }
    assert!(page.len() < 100_000, "{}", page.len());
    assert!(!page.contains("style=") && !page.contains("<script>"));
}

#[test]
fn refusals_are_problems() {
    let sample = Sample::example();
    for (path, status) in [("/api/v1/nothing", 404), ("/api/nothing", 404), ("/api/v1/findings", 409)] {
        let got = sample.get(path);
        assert_eq!(got.status.as_u16(), status, "{path}");
        assert_eq!(got.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
        assert_eq!(parse(&got)["status"], status, "{path}");
    }
    let foreign = call(&sample, Method::POST, "/api/v1/runs", None, &[("sec-fetch-site", "cross-site")]);
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(foreign.headers[header::CONTENT_TYPE], "application/problem+json");
}

#[test]
fn machines_learn_how_the_console_is() {
    let sample = Sample::checked();
    assert_eq!(sample.get("/healthz").ok(), "well\n");
    assert_eq!(sample.get("/readyz").ok(), "ready\n");
    sample.get("/api/v1/items/open-ssh").ok();
    sample.get("/no/such/page");
    let got = sample.get("/metrics");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(got.headers[header::CONTENT_TYPE], kind);
    let text = got.ok();
    for line in [
        r#"portreeve_requests_total{method="GET",route="/api/v1/items/{id}",status="200"} 1"#,
        r#"portreeve_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"portreeve_request_duration_seconds_count{route="/healthz"} 1"#,
        "# EOF",
    ] {
        assert!(text.lines().any(|each| each == line), "{line}\n{text}");
    }
    let high = get(&sample, "/api/v1/findings?risk=high&status=open")["total"].clone();
    assert!(text.contains(&format!(r#"portreeve_findings{{risk="high"}} {high}"#)), "{text}");
    let age = text.lines().find_map(|line| line.strip_prefix("portreeve_last_run_age_seconds ")).unwrap();
    assert!((0..60).contains(&age.parse::<i64>().unwrap()), "{age}");
}

mod rpc {
    use super::*;

    const CALL: &str =
        "Action=DescribeRiskSecurityGroupDetail&Version=2017-12-07&PageNo=1&PageSize=100&RegionId=";

    #[test]
    fn the_vendors_call_has_the_vendors_shape() {
        let sample = Sample::checked();
        let answer = get(&sample, &format!("/?{CALL}"));
        let keys =
            |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
        let named = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(keys(&answer), named("PageNo PageSize RequestId RiskSgDetail TotalCount"));
        let groups = answer["RiskSgDetail"].as_array().unwrap();
        assert_eq!(answer["TotalCount"], groups.len());
        let fields = "EcsCount EcsInfo InstanceId InstanceName RegionNo RiskLevel RuleInfo VpcId";
        assert!(groups.iter().all(|group| keys(group) == named(fields)));
        let server = groups.iter().find_map(|group| group["EcsInfo"].get(0)).unwrap();
        assert_eq!(keys(server), named("EcsInstanceId EcsInstanceName PrivateIp PublicIp"));
        let rule = &groups[0]["RuleInfo"][0];
        assert_eq!(keys(rule), named("Description RiskLevel RuleName RuleStatus RuleUuid Suggestion"));
        assert_eq!(rule["RuleStatus"], "enable");

        // The groups are those with sure findings that count, as the check tells them.
        let check = get(&sample, "/api/v1/check");
        let expected: BTreeSet<&str> = check["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["certainty"] == "sure" && finding["status"] == "open")
            .filter_map(|finding| finding["security_group"]["id"].as_str())
            .collect();
        let told: BTreeSet<&str> = groups.iter().map(|group| group["InstanceId"].as_str().unwrap()).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn it_is_called_in_every_way_that_scripts_know() {
        let sample = Sample::checked();
        let total = get(&sample, &format!("/?{CALL}"))["TotalCount"].clone();
        assert_eq!(get(&sample, &format!("/api/rpc?{CALL}"))["TotalCount"], total);
        let form = "application/x-www-form-urlencoded";
        for path in ["/", "/api/rpc"] {
            let request = Request::post(path).header(header::CONTENT_TYPE, form);
            let got = sample.send(request.body(CALL.into()).unwrap());
            assert_eq!(parse(&got)["TotalCount"], total, "{path}");
        }
        let request =
            Request::post("/?PageNo=1&PageSize=1").header("x-acs-action", "DescribeRiskSecurityGroupDetail");
        let got = sample.send(request.header("x-acs-version", "2017-12-07").body(Body::empty()).unwrap());
        let answer = parse(&got);
        assert_eq!((&answer["TotalCount"], answer["RiskSgDetail"].as_array().unwrap().len()), (&total, 1));
        // The page that is there stays.
        assert!(sample.get("/").ok().contains("<h1>"));
        assert!(sample.get("/?item=x").ok().contains("<h1>"));
    }

    #[test]
    fn it_filters() {
        let sample = Sample::checked();
        let all = get(&sample, &format!("/?{CALL}"));
        let group = &all["RiskSgDetail"][0];
        let count = |filter: String| get(&sample, &format!("/?{CALL}&{filter}"))["TotalCount"].clone();
        assert_eq!(count(format!("InstanceId={}", group["InstanceId"].as_str().unwrap())), 1);
        assert_eq!(count("InstanceId=sg-nothing".to_owned()), 0);
        let rule = group["RuleInfo"][0]["RuleUuid"].as_str().unwrap();
        let with_it = all["RiskSgDetail"].as_array().unwrap().iter();
        let with_it = with_it.filter(|group| {
            group["RuleInfo"].as_array().unwrap().iter().any(|each| each["RuleUuid"] == rule)
        });
        assert_eq!(count(format!("RuleUuid={rule}")), with_it.count());
    }

    #[test]
    fn its_refusals_are_worded_like_the_vendors() {
        let sample = Sample::checked();
        for (query, status, code) in [
            ("Action=DescribeInstances", 404, "InvalidAction.NotFound"),
            ("Action=DescribeRiskSecurityGroupDetail&Version=2000-01-01", 404, "InvalidAction.NotFound"),
            ("Action=DescribeRiskSecurityGroupDetail&PageNo=0", 400, "InvalidParameter"),
            ("Action=DescribeRiskSecurityGroupDetail&PageSize=x", 400, "InvalidParameter"),
        ] {
            let got = sample.get(&format!("/?{query}"));
            assert_eq!((got.status.as_u16(), &parse(&got)["Code"]), (status, &json!(code)), "{query}");
        }
        let got = Sample::example().get(&format!("/?{CALL}"));
        assert_eq!((got.status.as_u16(), &parse(&got)["Code"]), (400, &json!("NoCheckResult")));
    }

    #[test]
    fn a_script_proves_who_it_is_by_its_session_token() {
        let sample = Sample::with(Access::default());
        let accounts = Accounts { store: &sample.console.store, who: "test" };
        accounts.add("admin", Role::Admin, "correct horse battery").unwrap();
        let token = accounts.add_token("admin", "script", None).unwrap().1;
        sample.obtain();
        let got = sample.get(&format!("/?{CALL}"));
        assert_eq!(
            (got.status, &parse(&got)["Code"]),
            (StatusCode::UNAUTHORIZED, &json!("InvalidSecurityToken.NotFound"))
        );
        // A signature proves nothing, because nobody here knows the secret of an access key.
        let signed = "AccessKeyId=LTAI&SignatureMethod=HMAC-SHA1&SignatureNonce=1&SignatureVersion=1.0&Signature=c2lnbmVk";
        let by_header = "ACS3-HMAC-SHA256 Credential=LTAI,SignedHeaders=host,Signature=00";
        for path in
            [format!("/?{CALL}&{signed}"), format!("/api/rpc?{CALL}&{signed}"), format!("/api/rpc?{CALL}")]
        {
            for method in [Method::GET, Method::POST] {
                let request =
                    Request::builder().method(&method).uri(&path).header(header::AUTHORIZATION, by_header);
                let got = sample.send(request.body(Body::empty()).unwrap());
                assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert!(!got.body.contains("RiskSgDetail"), "{}", got.body);
            }
        }
        for wrong in ["SecurityToken=guessed", "SecurityToken="] {
            let got = sample.get(&format!("/?{CALL}&{wrong}"));
            assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        sample.get(&format!("/?{CALL}&SecurityToken={token}")).ok();
        let request = Request::get(format!("/?{CALL}")).header("x-acs-security-token", &token);
        sample.send(request.body(Body::empty()).unwrap()).ok();
        // Elsewhere a token in the address counts for nothing: addresses end up in logs.
        assert_eq!(sample.get(&format!("/api/v1/me?SecurityToken={token}")).status, StatusCode::UNAUTHORIZED);
    }
}

/// Hostile words in every name and description of an account.
mod hostile {
    use super::*;

    const SCRIPT: &str = "<script>alert(1)</script>";

    fn account() -> (tempfile::TempDir, Sample) {
        let folder = tempfile::tempdir().unwrap();
        let attribute = json!({
            "SecurityGroupId": "sg-hostile", "SecurityGroupName": SCRIPT, "Description": SCRIPT,
            "RegionId": "cn-hangzhou", "VpcId": "vpc-1", "InnerAccessPolicy": "Accept",
            "Permissions": {"Permission": [{
                "Direction": "ingress", "Policy": "Accept", "Priority": 1, "IpProtocol": "TCP", "PortRange": "22/22",
                "SourceCidrIp": "0.0.0.0/0", "NicType": "intranet", "Description": SCRIPT,
                "SecurityGroupRuleId": "sgr-1"
            }]}
        });
        std::fs::write(folder.path().join("group.json"), attribute.to_string()).unwrap();
        let sample = Sample::empty(vec![folder.path().display().to_string()]);
        sample.obtain();
        (folder, sample)
    }

    #[test]
    fn names_of_documents_are_no_code_on_any_page() {
        let (_folder, sample) = account();
        let finding = get(&sample, "/api/v1/findings?item=open-ssh")["rows"][0].clone();
        // The account is read, and its words arrive as they are where they are data.
        assert_eq!(finding["security_group"]["name"], SCRIPT);
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        let pages = [
            "/".to_owned(),
            "/item/open-ssh".to_owned(),
            format!("/finding/{fingerprint}"),
            "/groups".to_owned(),
            "/groups?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
            "/group/sg-hostile".to_owned(),
            "/group/%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
            "/group/sg-hostile/whatif".to_owned(),
            "/servers?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
            "/exposure".to_owned(),
            "/explain?from=internet&to=%3Cscript%3Ealert(1)%3C/script%3E&port=22".to_owned(),
            "/map".to_owned(),
            "/gaps".to_owned(),
            "/history".to_owned(),
            "/run/1".to_owned(),
            "/diff?old=1&new=1".to_owned(),
            "/settings".to_owned(),
            "/settings/audit".to_owned(),
            "/settings/users".to_owned(),
            "/login?next=/%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
            "/api/docs".to_owned(),
            "/%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        ];
        for page in pages {
            let got = sample.get(&page);
            assert!(!got.status.is_server_error(), "{page}: {}", got.body);
            assert!(!got.body.contains("<script>"), "{page}: {}", got.body);
        }
        for path in ["/api/v1/check", "/api/v1/groups", "/api/v1/nothing%3Cscript%3E"] {
            let kind = sample.get(path).headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            assert!(kind.ends_with("json"), "{path}: {kind}");
        }
    }
}
