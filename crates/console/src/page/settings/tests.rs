//! Settings: what they tell, and the schedule.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use portreeve::Config;

use crate::page::small::{between, words};
use crate::sample::Sample;
use crate::schedule::minutes;

#[test]
fn items_waivers_sources_and_schedule_are_told() {
    let sample = Sample::checked();
    let page = sample.get("/settings").ok();
    let text = words(&page);
    for part in [
        "SSH is open to everyone",
        "Nothing is waived",
        "examples/alibaba",
        "44 documents",
        "Users",
        "Audit log",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(Sample::example().get("/settings").ok().contains("There are no results yet"));
}

#[test]
fn a_switch_says_who_set_it() {
    let sample = Sample::checked();
    let got = sample.post("/item/open-ssh/switch?from=settings", "on=no");
    assert_eq!(got.headers[LOCATION], "/settings#items");
    let page = sample.get("/settings").ok();
    let row = page.split("<tr").find(|row| row.contains("/item/open-ssh/switch")).unwrap();
    assert!(words(row).contains("local,") && words(row).ends_with("Off"), "{}", words(row));
}

#[test]
fn waivers_of_the_file_are_shown_and_expired_ones_say_so() {
    let text = "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-x\"\nreason = \"old <b>\"\nuntil = 2020-01-01\n\n\
        [[own-item]]\nid = \"open-erp\"\ntitle = \"ERP <i>\"\nrisk = \"high\"\ntcp = [\"8500-8510\"]\n\
        suggestion = \"close it\"\n";
    let config = Config::parse(text, "portreeve.toml".as_ref()).unwrap();
    let sample = Sample::configured(config);
    let page = sample.get("/settings").ok();
    let rows = words(between(&page, "id=\"waivers\"", "id=\"own\""));
    for part in ["open-ssh on sg-x", "old &lt;b&gt;", "2020-01-01", "portreeve.toml:1", "expired"] {
        assert!(rows.contains(part), "{part} in {rows}");
    }
    let own = words(between(&page, "id=\"own\"", "id=\"items\""));
    for part in ["ERP &lt;i&gt;", "open-erp", "8500-8510", "everyone", "close it"] {
        assert!(own.contains(part), "{part} in {own}");
    }
}

const ERP: &str = "id=open-erp&title=ERP+%3Ci%3E&risk=high&tcp=22%2C+8500-8510&udp=&peers=&suggestion=";

#[test]
fn an_own_item_is_added_asked_changed_and_removed() {
    let sample = Sample::checked();
    let found = |sample: &Sample| {
        sample.see(|scene| {
            let item = scene.snapshot.outcome.items.iter().position(|item| item.id == "open-erp")?;
            Some(scene.snapshot.finds.by_item[item].len())
        })
    };
    let got = sample.post("/settings/own", ERP);
    assert_eq!(got.headers[LOCATION], "/settings#own", "{}", got.body);
    let own = words(between(&sample.get("/settings").ok(), "id=\"own\"", "id=\"items\""));
    for part in ["ERP &lt;i&gt;", "open-erp", "22,8500-8510", "everyone", "next run"] {
        assert!(own.contains(part), "{part} in {own}");
    }
    // What is shown is what the last run asked; the next one asks the new item, too.
    assert_eq!(found(&sample), None);
    sample.obtain();
    let ssh = sample.see(|scene| {
        let of = |id: &str| scene.snapshot.outcome.items.iter().position(|item| item.id == id).unwrap();
        scene.snapshot.finds.by_item[of("open-ssh")].len()
    });
    assert!(found(&sample).unwrap() >= ssh && ssh > 0, "whoever opens port 22 is found by both");
    assert!(sample.get("/item/open-erp").ok().contains("ERP &lt;i&gt;"));
    let other = "id=open-erp&title=ERP&risk=high&udp=47110&peers=10.0.0.0/8%0D%0A192.168.0.0/16";
    let got = sample.post("/settings/own/open-erp", other);
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.body);
    sample.obtain();
    assert_eq!(found(&sample), Some(1), "only the lab, in which everything is open to everyone");
    assert_eq!(sample.post("/settings/own/open-erp/remove", "").status, StatusCode::SEE_OTHER);
    assert_eq!(sample.post("/settings/own/open-erp/remove", "").status, StatusCode::NOT_FOUND);
    sample.obtain();
    assert_eq!(found(&sample), None);
    let log = sample.console.store.audit_log(None, 20).unwrap();
    let told: Vec<_> = log.iter().filter(|entry| entry.subject == "own-item.open-erp").collect();
    let actions: Vec<&str> = told.iter().map(|entry| &*entry.action).collect();
    assert_eq!(actions, ["unset", "set", "set"], "the last first");
    assert!(told.iter().all(|entry| entry.who == "local"));
}

#[test]
fn an_own_item_that_makes_no_sense_is_refused_with_what_was_typed() {
    let text = "[[own-item]]\nid = \"open-crm\"\ntitle = \"CRM\"\nrisk = \"high\"\ntcp = [8500]\n";
    let sample = Sample::configured(Config::parse(text, "portreeve.toml".as_ref()).unwrap());
    assert_eq!(sample.post("/settings/own", ERP).status, StatusCode::SEE_OTHER);
    let typed = |from: &str, to: &str| ERP.replace("open-erp", "open-new").replace(from, to);
    let cases = [
        ("/settings/own", typed("open-new", "open-ssh"), 422, "`open-ssh` is an item of the catalogue"),
        ("/settings/own", typed("open-new", "open-crm"), 422, "there are two own items `open-crm`"),
        ("/settings/own", typed("open-new", "open-erp"), 409, "there are two own items `open-erp`"),
        ("/settings/own", typed("8500-8510", "8510-8500"), 422, "`8510-8500` is no port"),
        ("/settings/own", typed("tcp=", "x="), 422, "asks about no port"),
        ("/settings/own", typed("peers=", "peers=10.0.0.0/33"), 422, "invalid prefix `10.0.0.0/33`"),
        ("/settings/own", typed("title=ERP+%3Ci%3E", "title=+"), 422, "needs a title"),
        ("/settings/own/open-erp", typed("", ""), 422, "the id stays `open-erp`"),
    ];
    for (path, form, status, why) in cases {
        let got = sample.post(path, &form);
        assert_eq!(got.status.as_u16(), status, "{form}: {}", got.body);
        assert!(words(&got.body).contains(why), "{form}: {}", got.body);
        // Nobody has to type it again.
        assert!(
            got.body.contains("name=\"suggestion\"") && got.body.contains("value=\"high\" selected"),
            "{form}"
        );
    }
    // What the file says is changed there.
    let got = sample.post("/settings/own/open-crm/remove", "");
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(words(&got.body).contains("stands in the configuration file"), "{}", got.body);
    assert_eq!(sample.console.own_items().unwrap().len(), 1);
}

#[test]
fn an_item_that_the_file_has_by_now_says_so_and_is_not_asked_twice() {
    let sample = Sample::example();
    assert_eq!(sample.post("/settings/own", ERP).status, StatusCode::SEE_OTHER);
    let text = "[[own-item]]\nid = \"open-erp\"\ntitle = \"ERP\"\nrisk = \"low\"\ntcp = [1]\n";
    let config = Config::parse(text, "portreeve.toml".as_ref()).unwrap();
    let sample = sample.reopened_with(config);
    let settings = sample.console.settings().unwrap();
    assert_eq!(settings.own_items.iter().map(|item| &*item.title).collect::<Vec<_>>(), ["ERP"]);
    let own = words(between(&sample.get("/settings").ok(), "id=\"own\"", "id=\"items\""));
    assert!(own.contains("Not asked: there are two own items `open-erp`"), "{own}");
}

#[test]
fn the_schedule_is_set_and_taken_away() {
    let sample = Sample::example();
    let set = |text: &str| sample.post("/settings/schedule", &format!("minutes={text}")).status;
    let kept = || minutes(&sample.console.store).unwrap();
    assert_eq!((set("15"), kept()), (StatusCode::SEE_OTHER, Some(15)));
    assert!(sample.get("/settings").ok().contains("every 15 minutes"));
    for wrong in ["0", "-1", "10081", "often"] {
        assert_eq!((set(wrong), kept()), (StatusCode::UNPROCESSABLE_ENTITY, Some(15)), "{wrong}");
    }
    assert_eq!((set(""), kept()), (StatusCode::SEE_OTHER, None));
    let log = sample.console.store.audit_log(None, 1).unwrap();
    assert_eq!(log[0].who, "local");
}
