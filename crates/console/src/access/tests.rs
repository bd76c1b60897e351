//! Who may come in, and who may do what.

use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use portreeve_store::{By, Moment};

use super::secret::digest;
use super::*;
use crate::sample::{Got, Sample};

const PASSWORD: &str = "correct horse battery";
const FORM: &str = "application/x-www-form-urlencoded";

/// A console on the example account with a user of each role, named like it.
fn guarded() -> Sample {
    guarded_by(Access::default())
}

fn guarded_by(access: Access) -> Sample {
    let sample = Sample::with(access);
    let accounts = Accounts { store: &sample.console.store, who: "test" };
    for role in [Role::Admin, Role::Operator, Role::Viewer] {
        accounts.add(role.as_str(), role, PASSWORD).unwrap();
    }
    sample
}

fn log_in(sample: &Sample, name: &str, password: &str) -> Got {
    let body = format!("name={name}&password={}&next=%2Fgroups", password.replace(' ', "+"));
    sample.send(Request::post("/login").header(header::CONTENT_TYPE, FORM).body(body.into()).unwrap())
}

/// What a browser that is logged in sends back, and the token of its forms.
struct Browser {
    cookie: String,
    token: String,
}

impl Browser {
    fn of(sample: &Sample, name: &str) -> Self {
        let got = log_in(sample, name, PASSWORD);
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.body);
        let set = got.headers[header::SET_COOKIE].to_str().unwrap();
        let cookie = set.split(';').next().unwrap().to_owned();
        let token = super::secret::form_token(cookie.split_once('=').unwrap().1);
        Self { cookie, token }
    }

    fn get(&self, sample: &Sample, path: &str) -> Got {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        sample.send(request.body(Body::empty()).unwrap())
    }

    fn post(&self, sample: &Sample, path: &str, form: &str) -> Got {
        let request =
            Request::post(path).header(header::COOKIE, &self.cookie).header(header::CONTENT_TYPE, FORM);
        sample.send(request.body(format!("token={}&{form}", self.token).into()).unwrap())
    }
}

#[test]
fn without_users_whoever_sits_here_is_an_administrator() {
    let sample = Sample::example();
    assert!(sample.get("/settings/users").ok().contains("There are no users"));
}

#[test]
fn with_users_a_page_asks_to_log_in_and_comes_back() {
    let sample = guarded();
    let got = sample.get("/groups?page=2");
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert_eq!(got.headers[header::LOCATION], "/login?next=%2Fgroups%3Fpage%3D2");
    assert!(sample.get("/login?next=%2Fgroups").ok().contains(r#"name="next" value="/groups""#));
    let got = log_in(&sample, "viewer", PASSWORD);
    assert_eq!(
        (got.status, &got.headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/groups".parse().unwrap())
    );
    // A form that comes without a session is not kept for later.
    assert_eq!(sample.post("/check/run", "").headers[header::LOCATION], "/login");
}

#[test]
fn a_login_never_leads_to_another_site() {
    let sample = guarded();
    for next in [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "javascript:alert(1)",
        "/%09/example.org",
    ] {
        let body = format!("name=viewer&password=correct+horse+battery&next={next}");
        let got = sample
            .send(Request::post("/login").header(header::CONTENT_TYPE, FORM).body(body.into()).unwrap());
        assert_eq!(got.headers[header::LOCATION], "/", "{next}");
    }
}

#[test]
fn cookies_are_kept_from_scripts_other_sites_and_open_lines() {
    let set = |got: Got| got.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    let plain = set(log_in(&guarded(), "viewer", PASSWORD));
    let (secret, flags) = plain.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
    // 256 bits are 64 hexadecimal digits.
    assert_eq!(secret.strip_prefix("portreeve=").unwrap().len(), 64);
    let tls = Tls { certificate: "none".into(), key: "none".into() };
    let set = set(log_in(&guarded_by(Access { tls: Some(tls), ..Access::default() }), "viewer", PASSWORD));
    assert!(set.starts_with("__Host-portreeve="), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"), "{set}");
}

#[test]
fn the_store_has_no_secret_of_a_session() {
    let sample = guarded();
    let browser = Browser::of(&sample, "viewer");
    let secret = browser.cookie.split_once('=').unwrap().1;
    let session = sample.console.store.session(&digest(secret), Moment(0)).unwrap().unwrap();
    assert_eq!(session.user.name, "viewer");
    let path = sample.console.store.place().to_string();
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
}

#[test]
fn a_session_ends_with_its_time_its_logout_and_its_user() {
    let sample = guarded();
    let store = &sample.console.store;
    let sees = |browser: &Browser| browser.get(&sample, "/").status == StatusCode::OK;
    let by = By { who: "test", at: Moment(1) };

    let browser = Browser::of(&sample, "viewer");
    assert!(sees(&browser));
    let got = browser.post(&sample, "/logout", "");
    assert!(got.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(!sees(&browser));

    store.add_session(by, &digest("late"), "viewer", Moment(2)).unwrap();
    store.add_session(by, &digest("early"), "viewer", Moment(i64::MAX)).unwrap();
    let of = |secret: &str| Browser { cookie: format!("portreeve={secret}"), token: String::new() };
    assert!(!sees(&of("late")));
    assert!(sees(&of("early")));

    let browser = Browser::of(&sample, "operator");
    assert!(sees(&browser));
    Accounts { store, who: "test" }.set_disabled("operator", true).unwrap();
    assert!(!sees(&browser));
    assert_eq!(log_in(&sample, "operator", PASSWORD).status, StatusCode::UNAUTHORIZED);

    let browser = Browser::of(&sample, "viewer");
    Accounts { store, who: "test" }.set_password("viewer", "another password").unwrap();
    assert!(!sees(&browser));
}

#[test]
fn passwords_cannot_be_tried_for_long() {
    let sample = guarded();
    for _ in 0..10 {
        let got = log_in(&sample, "admin", "wrong");
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
        assert!(got.body.contains("the name or the password is wrong"), "{}", got.body);
    }
    // Now even the right one is refused for a while.
    let got = log_in(&sample, "admin", PASSWORD);
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = got.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    // An unknown name gets the same answer as a wrong password.
    let got = log_in(&sample, "nobody", PASSWORD);
    assert!(got.body.contains("the name or the password is wrong"), "{}", got.body);
    let log = sample.console.store.audit_log(None, 2).unwrap();
    let told: Vec<_> = log.iter().map(|entry| (&*entry.action, &*entry.subject)).collect();
    assert_eq!(told, [("refuse-login", "an unknown name"), ("refuse-login", "admin")]);
}

#[test]
fn a_request_names_a_host_of_ours() {
    let named =
        Sample::with(Access { host_names: vec!["ports.example.org".to_owned()], ..Access::default() });
    let cases = [
        ("127.0.0.1", true),
        ("127.0.0.1:8470", true),
        ("localhost:8470", true),
        ("LOCALHOST.", true),
        ("[::1]:8470", true),
        ("ports.example.org", true),
        ("Ports.Example.org:443", true),
        ("example.org", false),
        ("ports.example.org.evil.test", false),
        ("localhost.evil.test", false),
        ("127.0.0.1.evil.test", false),
        ("192.0.2.1", false),
        ("user@evil.test", false),
        ("", false),
    ];
    for (host, admitted) in cases {
        let got = named.send(Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap());
        let expected = if admitted { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(got.status, expected, "{host}: {}", got.body);
    }
    let two = Request::get("/").header(header::HOST, "localhost").header(header::HOST, "evil.test");
    assert_eq!(named.send(two.body(Body::empty()).unwrap()).status, StatusCode::FORBIDDEN);
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    let sample = Sample::checked();
    let cases: [(&[(&str, &str)], bool); 9] = [
        (&[], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("origin", "http://127.0.0.1")], true),
        (&[("origin", "http://127.0.0.1:9000")], false),
        (&[("origin", "null")], false),
        // What the browser says of itself counts more than an origin that may have been forged elsewhere.
        (&[("origin", "http://127.0.0.1"), ("sec-fetch-site", "cross-site")], false),
    ];
    for (headers, admitted) in cases {
        let body = format!("on=no&token={}", sample.console.token);
        let mut request = Request::post("/item/open-ssh/switch").header(header::CONTENT_TYPE, FORM);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let got = sample.send(request.body(body.into()).unwrap());
        let expected = if admitted { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN };
        assert_eq!(got.status, expected, "{headers:?}");
    }
}

#[test]
fn a_form_carries_the_token_of_its_own_session() {
    let sample = guarded();
    sample.obtain();
    let (ours, theirs) = (Browser::of(&sample, "operator"), Browser::of(&sample, "admin"));
    let stolen = Browser { cookie: ours.cookie.clone(), token: theirs.token };
    assert_eq!(stolen.post(&sample, "/item/open-ssh/switch", "on=no").status, StatusCode::FORBIDDEN);
    assert_eq!(ours.post(&sample, "/item/open-ssh/switch", "on=no").status, StatusCode::SEE_OTHER);
    let log = sample.console.store.audit_log(None, 1).unwrap();
    assert_eq!((&*log[0].who, &*log[0].action), ("operator", "switch"));
}

/// Every route of a page that changes something, with the least role that may.
const CHANGES: [(&str, &str, Role); 17] = [
    ("/check/run", "", Role::Operator),
    ("/item/open-ssh/switch", "on=no", Role::Operator),
    ("/finding/FINDING/waive", "reason=x&until=2999-12-31&covers=finding", Role::Operator),
    ("/finding/FINDING/planned", "note=x", Role::Operator),
    ("/finding/FINDING/unplanned", "", Role::Operator),
    ("/waiver/1/withdraw", "back=%2Fsettings", Role::Operator),
    ("/settings/own", "id=open-erp&title=ERP&risk=high&tcp=8500", Role::Operator),
    ("/settings/own/open-erp", "id=open-erp&title=ERP&risk=low&tcp=8500", Role::Operator),
    ("/settings/own/open-erp/remove", "", Role::Operator),
    ("/settings/schedule", "minutes=60", Role::Admin),
    ("/settings/users", "name=new&role=viewer&password=long+enough+word", Role::Admin),
    ("/settings/users/guest", "role=viewer", Role::Admin),
    ("/settings/users/guest", "disabled=no", Role::Admin),
    ("/settings/users/guest", "password=another+password", Role::Admin),
    ("/settings/users/guest/tokens", "name=script&days=1", Role::Admin),
    ("/settings/tokens/1/revoke", "", Role::Admin),
    // The last one, because it ends the sessions of the test.
    (
        "/account/password",
        "old=correct+horse+battery&new=another+password&again=another+password",
        Role::Viewer,
    ),
];

#[test]
fn each_change_needs_its_role() {
    let sample = guarded();
    sample.obtain();
    Accounts { store: &sample.console.store, who: "test" }.add("guest", Role::Viewer, PASSWORD).unwrap();
    let browsers = Role::ALL.map(|role| (role, Browser::of(&sample, role.as_str())));
    let listed = sample.console.current().unwrap();
    let finding = listed.desk.snapshot.outcome.findings[0].fingerprint.to_string();
    for page in ["/settings/users", "/settings/audit"] {
        for (role, browser) in &browsers {
            let got = browser.get(&sample, page);
            let expected = if *role == Role::Admin { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(got.status, expected, "{page} as {role:?}");
        }
    }
    for (path, form, least) in CHANGES {
        let path = &path.replace("FINDING", &finding);
        for (role, browser) in &browsers {
            let got = browser.post(&sample, path, form);
            if *role < least {
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{path} as {role:?}");
            } else {
                // What the role before did may be done already, or still be under way.
                let done = [StatusCode::NOT_FOUND, StatusCode::CONFLICT].contains(&got.status)
                    || got.status.is_success()
                    || got.status.is_redirection();
                assert!(done, "{path} as {role:?}: {} {}", got.status, got.body);
            }
        }
    }
}

/// Routes are written down in one form, so that none that changes something is forgotten above.
#[test]
fn every_page_that_changes_something_is_tested() {
    let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut routes = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let posted = text.split(".route(\"").skip(1).filter_map(|route| route.split_once("\", post("));
            routes.extend(posted.map(|(route, _)| route.to_owned()).filter(|route| !route.contains('"')));
        }
    }
    // The way out is for everybody.
    routes.retain(|route| route != "/logout");
    assert!(routes.len() > 5, "{routes:?}");
    for route in routes {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let fits = |tested: &str| {
            let (tested, route) = (parts(tested), parts(&route));
            let same = |(part, said): (&String, &String)| said.starts_with('{') || part == said;
            tested.len() == route.len() && tested.iter().zip(&route).all(same)
        };
        assert!(CHANGES.iter().any(|(tested, ..)| fits(tested)), "{route} is not among the changes");
    }
}

mod own_password {
    use super::*;

    const NEW: &str = "a longer battery horse";

    fn change(sample: &Sample, browser: &Browser, old: &str, [new, again]: [&str; 2]) -> Got {
        let form = format!("old={old}&new={new}&again={again}").replace(' ', "+");
        browser.post(sample, "/account/password", &form)
    }

    #[test]
    fn a_user_changes_it_and_all_other_sessions_end() {
        let sample = guarded();
        let [here, there] = [(); 2].map(|()| Browser::of(&sample, "viewer"));
        let other = Browser::of(&sample, "operator");
        let page = here.get(&sample, "/account").ok();
        assert!(page.contains("<strong>viewer</strong>") && page.contains(&here.token), "{page}");
        assert!(here.get(&sample, "/").ok().contains(r#"href="/account""#));

        let got = change(&sample, &here, PASSWORD, [NEW, NEW]);
        assert_eq!(got.headers[header::LOCATION], "/account?changed=yes", "{}", got.body);
        let secret = got.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
        assert_ne!(secret, here.cookie);
        let here_now = Browser { cookie: secret.to_owned(), token: String::new() };
        let page = here_now.get(&sample, "/account?changed=yes").ok();
        assert!(page.contains("The password is changed"), "{page}");
        // A session whose secret somebody may have seen is no good either, in this browser or another.
        for ended in [&here, &there] {
            assert_eq!(ended.get(&sample, "/").status, StatusCode::SEE_OTHER);
        }
        assert_eq!(other.get(&sample, "/").status, StatusCode::OK);
        assert_eq!(log_in(&sample, "viewer", PASSWORD).status, StatusCode::UNAUTHORIZED);
        assert_eq!(log_in(&sample, "viewer", NEW).status, StatusCode::SEE_OTHER);
        let log = sample.console.store.audit_log(None, 20).unwrap();
        let told = log.iter().find(|entry| entry.action == "change-user").unwrap();
        assert_eq!((&*told.who, &*told.subject, &*told.detail), ("viewer", "viewer", "password"));
    }

    #[test]
    fn what_will_not_do_is_told_and_changes_nothing() {
        let sample = guarded();
        let browser = Browser::of(&sample, "viewer");
        for (old, new, status, words) in [
            ("wrong", [NEW, NEW], StatusCode::FORBIDDEN, "the old password is wrong"),
            (PASSWORD, [NEW, "another one"], StatusCode::UNPROCESSABLE_ENTITY, "not the same both times"),
            (PASSWORD, ["short", "short"], StatusCode::UNPROCESSABLE_ENTITY, "too short"),
            (PASSWORD, [PASSWORD, PASSWORD], StatusCode::UNPROCESSABLE_ENTITY, "is the old one"),
        ] {
            let got = change(&sample, &browser, old, new);
            assert_eq!(got.status, status, "{words}");
            assert!(got.body.contains(words), "{words}: {}", got.body);
            assert!(got.body.contains(r#"action="/account/password""#), "the form is there again");
            assert!(!got.body.contains(&format!("value=\"{}\"", new[0])), "passwords are not repeated");
        }
        assert_eq!(browser.get(&sample, "/").status, StatusCode::OK);
        let stolen = Browser { cookie: browser.cookie.clone(), token: "guessed".to_owned() };
        assert_eq!(change(&sample, &stolen, PASSWORD, [NEW, NEW]).status, StatusCode::FORBIDDEN);
        assert_eq!(log_in(&sample, "viewer", PASSWORD).status, StatusCode::SEE_OTHER);
    }

    #[test]
    fn it_cannot_be_found_out_by_trying() {
        let sample = guarded();
        let browser = Browser::of(&sample, "viewer");
        // The login was the first of ten tries.
        for _ in 0..9 {
            assert_eq!(change(&sample, &browser, "wrong", [NEW, NEW]).status, StatusCode::FORBIDDEN);
        }
        let told = sample.console.store.audit_log(None, 1).unwrap().remove(0);
        assert_eq!((&*told.who, &*told.action, &*told.subject), ("viewer", "refuse-password", "viewer"));
        let got = change(&sample, &browser, PASSWORD, [NEW, NEW]);
        assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(got.headers.contains_key(header::RETRY_AFTER));
        // The tries at the login count with these.
        assert_eq!(log_in(&sample, "viewer", PASSWORD).status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[test]
    fn whoever_came_in_without_a_password_has_none_to_change() {
        let form = "old=x&new=another+password&again=another+password";
        let local = Sample::example();
        assert_eq!(local.get("/account").status, StatusCode::FORBIDDEN);
        assert_eq!(local.post("/account/password", form).status, StatusCode::FORBIDDEN);
        assert!(!local.get("/settings").ok().contains("/account"));

        let proxy = Proxy {
            addresses: vec![Ipv4Addr::new(192, 0, 2, 7).into()],
            header: "X-Forwarded-User".to_owned(),
            role: Role::Viewer,
        };
        let sample = guarded_by(Access { proxy: Some(proxy), ..Access::default() });
        let got = proxied(&sample, [192, 0, 2, 7], "viewer", Method::GET, "/account");
        assert_eq!(got.status, StatusCode::FORBIDDEN);

        let sample = guarded();
        let accounts = Accounts { store: &sample.console.store, who: "test" };
        let (_, secret) = accounts.add_token("viewer", "cron", None).unwrap();
        let request = Request::get("/account").header(header::AUTHORIZATION, format!("Bearer {secret}"));
        assert_eq!(sample.send(request.body(Body::empty()).unwrap()).status, StatusCode::FORBIDDEN);
        assert_eq!(sample.get("/account").headers[header::LOCATION], "/login?next=%2Faccount");
    }
}

#[test]
fn there_is_always_an_administrator() {
    let sample = Sample::example();
    let accounts = Accounts { store: &sample.console.store, who: "test" };
    let why = accounts.add("ann", Role::Viewer, PASSWORD).unwrap_err().to_string();
    assert!(why.contains("no administrator yet"), "{why}");
    accounts.add("ann", Role::Admin, PASSWORD).unwrap();
    accounts.add("ben", Role::Viewer, PASSWORD).unwrap();
    let why = accounts.set_disabled("ann", true).unwrap_err().to_string();
    assert!(why.contains("`ann` is the only administrator"), "{why}");
    assert!(accounts.set_role("ann", Role::Operator).is_err());
    accounts.set_role("ben", Role::Admin).unwrap();
    accounts.set_role("ann", Role::Operator).unwrap();
    for name in ["", "local", "a b", "<script>", "ü", &"a".repeat(65)] {
        assert!(accounts.add(name, Role::Viewer, PASSWORD).is_err(), "{name}");
    }
}

#[test]
fn a_token_speaks_for_its_user_and_needs_no_cookie() {
    let sample = guarded();
    let accounts = Accounts { store: &sample.console.store, who: "test" };
    let (id, secret) = accounts.add_token("operator", "cron", None).unwrap();
    let ask = |path: &str| {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {secret}"));
        sample.send(request.body(Body::empty()).unwrap()).status
    };
    assert_eq!((ask("/"), ask("/settings/users")), (StatusCode::OK, StatusCode::FORBIDDEN));
    let told = sample.console.store.tokens().unwrap();
    assert!(told[0].last_used.is_some());
    accounts.revoke_token(id).unwrap();
    assert_eq!(ask("/"), StatusCode::UNAUTHORIZED);
    let (_, late) = accounts.add_token("operator", "late", Some(Moment(1))).unwrap();
    let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {late}"));
    assert_eq!(sample.send(request.body(Body::empty()).unwrap()).status, StatusCode::UNAUTHORIZED);
}

/// A request with the header that names the user, from an address.
fn proxied(sample: &Sample, from: [u8; 4], user: &str, method: Method, path: &str) -> Got {
    let mut request = Request::builder().method(method).uri(path).header("x-forwarded-user", user);
    request = request.extension(ConnectInfo(SocketAddr::from((from, 4711))));
    sample.send(request.body(Body::empty()).unwrap())
}

#[test]
fn only_the_proxy_is_believed_about_who_somebody_is() {
    let proxy = Proxy {
        addresses: vec![Ipv4Addr::new(192, 0, 2, 7).into()],
        header: "X-Forwarded-User".to_owned(),
        role: Role::Viewer,
    };
    let sample = guarded_by(Access { proxy: Some(proxy), ..Access::default() });
    let get = |from, user, path| proxied(&sample, from, user, Method::GET, path);
    let (trusted, other) = ([192, 0, 2, 7], [192, 0, 2, 8]);
    assert!(get(trusted, "stranger", "/").ok().contains("stranger"));
    assert_eq!(get(trusted, "stranger", "/settings/users").status, StatusCode::FORBIDDEN);
    assert_eq!(get(trusted, "admin", "/settings/users").status, StatusCode::OK);
    assert_eq!(get(other, "admin", "/").status, StatusCode::SEE_OTHER);
    assert_eq!(get([127, 0, 0, 1], "admin", "/").status, StatusCode::SEE_OTHER);
    assert_eq!(get(trusted, "", "/").status, StatusCode::SEE_OTHER);
    Accounts { store: &sample.console.store, who: "test" }.set_disabled("viewer", true).unwrap();
    assert_eq!(get(trusted, "viewer", "/").status, StatusCode::FORBIDDEN);
}

#[test]
fn the_audit_log_tells_who_did_what_and_has_pages() {
    let sample = Sample::example();
    for number in 0..60 {
        let by = By { who: "<b>ann</b>", at: Moment(number) };
        sample.console.store.note(by, "test", &format!("subject {number}"), "\u{1b}[31m").unwrap();
    }
    let first = sample.get("/settings/audit").ok();
    assert!(first.contains("subject 59") && first.contains("subject 10") && !first.contains("subject 9<"));
    assert!(first.contains("&lt;b&gt;ann&lt;/b&gt;") && !first.contains("<b>ann"));
    assert!(!first.contains('\u{1b}'));
    let next = first.split("/settings/audit?before=").nth(1).unwrap().split('"').next().unwrap();
    let second = sample.get(&format!("/settings/audit?before={next}")).ok();
    assert!(second.contains("subject 9<") && second.contains("subject 0<") && !second.contains("subject 10"));
}

#[test]
fn a_request_has_a_largest_size() {
    let sample = Sample::example();
    let send = |size: usize| {
        let body = format!("token={}&x={}", sample.console.token, "a".repeat(size));
        let request = Request::post("/check/run").header(header::CONTENT_TYPE, FORM);
        let length = body.len();
        sample.send(request.header(header::CONTENT_LENGTH, length).body(body.into()).unwrap()).status
    };
    assert_eq!(send(2 << 20), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(1 << 10), StatusCode::SEE_OTHER);
}

#[test]
fn every_answer_has_the_headers_that_protect_pages() {
    let sample = guarded();
    for path in ["/", "/login", "/nowhere", "/settings/users"] {
        let got = sample.get(path);
        let policy = got.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{policy}"
        );
        assert_eq!(got.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(got.headers[header::CACHE_CONTROL], "no-store");
    }
}
