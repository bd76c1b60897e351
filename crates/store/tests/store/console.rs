//! What a console keeps: users, tokens, sessions, settings and marks.

use portreeve_store::{ApiToken, Holder, Marked, Moment, NewToken, NewUser, Store, StoreError, UserChange};

use crate::cases::Case;
use crate::common::{ITEMS, Site, by, day, found, run};

pub(crate) const ALL: [(&str, Case); 7] = [
    ("users_are_known_by_name", users_are_known_by_name),
    ("sessions_end", sessions_end),
    ("who_loses_an_account_is_out", who_loses_an_account_is_out),
    ("tokens_count_until_they_do_not", tokens_count_until_they_do_not),
    ("settings_are_set_together", settings_are_set_together),
    ("marks_stand_until_they_are_taken_back", marks_stand_until_they_are_taken_back),
    ("hostile_texts_of_a_console_are_data", hostile_texts_of_a_console_are_data),
];

fn add(store: &Store, name: &str, role: &str) {
    store.add_user(by("root", 1), &NewUser { name, password_hash: "$argon2id$1", role }).unwrap();
}

/// What the audit log tells, oldest first: action, subject and detail.
fn log(store: &Store) -> Vec<String> {
    let mut entries = store.audit_log(None, 1000).unwrap();
    entries.reverse();
    entries.iter().map(|entry| format!("{} {} {}", entry.action, entry.subject, entry.detail)).collect()
}

fn is_unknown<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unknown { .. }))
}

/// Something of everything that a console keeps.
pub(crate) fn fill(store: &Store) {
    add(store, "ann\0", "admin");
    store.add_session(by("ann\0", 1), &[9; 32], "ann\0", day(100)).unwrap();
    let new = NewToken { name: "ci", holder: Holder::Role("viewer"), hash: &[8; 32], expires: None };
    store.add_token(by("ann\0", 1), &new).unwrap();
    store
        .set(by("ann\0", 1), &[("schedule_minutes", Some("15")), ("own_items", Some("[[item]]\n"))])
        .unwrap();
    let finding = Marked { estate: "production", item: "open-ssh", cause: u64::MAX };
    store.mark(by("ann\0", 1), &finding, "next week").unwrap();
}

fn users_are_known_by_name(site: &Site<'_>) {
    let store = site.store();
    add(&store, "ann", "admin");
    add(&store, "Ann", "viewer");
    let again = NewUser { name: "ann", password_hash: "", role: "viewer" };
    assert!(matches!(store.add_user(by("root", 2), &again), Err(StoreError::Taken { .. })));
    let change = UserChange { role: Some("operator"), ..UserChange::default() };
    store.change_user(by("root", 3), "Ann", &change).unwrap();
    let change =
        UserChange { password_hash: Some("$argon2id$2"), disabled: Some(true), ..UserChange::default() };
    store.change_user(by("root", 4), "ann", &change).unwrap();
    assert!(is_unknown(&store.change_user(by("root", 5), "bob", &change)));
    let told: Vec<_> = store
        .users()
        .unwrap()
        .into_iter()
        .map(|user| (user.name, user.password_hash, user.role, user.disabled, user.created, user.changed))
        .collect();
    let user = |name: &str, hash: &str, role: &str, disabled, changed| {
        (name.to_owned(), hash.to_owned(), role.to_owned(), disabled, day(1), day(changed))
    };
    let expected =
        [user("ann", "$argon2id$2", "admin", true, 4), user("Ann", "$argon2id$1", "operator", false, 3)];
    assert_eq!(told, expected);
    assert_eq!(store.user("Ann").unwrap().unwrap().role, "operator");
    assert_eq!(store.user("ANN").unwrap(), None);
    store.remove_user(by("root", 6), "ann").unwrap();
    assert!(is_unknown(&store.remove_user(by("root", 7), "ann")));
    assert_eq!(store.user("ann").unwrap(), None);
    // What failed left no entry, and no entry tells a password.
    let expected = [
        "add-user ann admin",
        "add-user Ann viewer",
        "change-user Ann role operator",
        "change-user ann password, disabled",
        "remove-user ann ",
    ];
    assert_eq!(log(&store), expected);
}

fn sessions_end(site: &Site<'_>) {
    let store = site.store();
    add(&store, "ann", "admin");
    let user_of = |hash: u8, now: Moment| {
        store.session(&[hash; 32], now).unwrap().map(|session| (session.user.name, session.created))
    };
    assert!(is_unknown(&store.add_session(by("bob", 1), &[1; 32], "bob", day(9))));
    for (hash, expires) in [(1, 3), (2, 5), (3, 7), (4, 9)] {
        store.add_session(by("ann", 2), &[hash; 32], "ann", day(expires)).unwrap();
    }
    let known = Some(("ann".to_owned(), day(2)));
    // A session lasts up to the moment at which it expires.
    assert_eq!(user_of(1, Moment(day(3).0 - 1)), known);
    assert_eq!(user_of(1, day(3)), None);
    assert_eq!(user_of(99, day(2)), None);
    assert_eq!(store.sweep_sessions(day(5)).unwrap(), 2);
    assert_eq!(user_of(2, day(2)), None);
    assert_eq!(user_of(3, day(5)), known);
    assert!(store.remove_session(by("ann", 5), &[3; 32]).unwrap());
    assert!(!store.remove_session(by("ann", 5), &[3; 32]).unwrap());
    assert_eq!(user_of(3, day(5)), None);
    assert_eq!(user_of(4, day(5)), known);
    assert_eq!(store.remove_sessions(by("ann", 6), "ann").unwrap(), 1);
    assert_eq!(store.remove_sessions(by("ann", 6), "ann").unwrap(), 0);
    assert_eq!(user_of(4, day(5)), None);
    let expected = ["add-user ann admin", "login ann ", "login ann ", "login ann ", "login ann "];
    assert_eq!(log(&store)[..5], expected);
    assert_eq!(log(&store)[5..], ["logout ann ", "logout ann 1"]);
}

/// What changes of a user; nothing for one who is removed.
type Fate<'a> = Option<&'a UserChange<'a>>;

/// Whatever takes away an account or its password ends what was begun with it, at once.
fn who_loses_an_account_is_out(site: &Site<'_>) {
    let store = site.store();
    let (password, disabled) = (
        UserChange { password_hash: Some("other"), ..UserChange::default() },
        UserChange { disabled: Some(true), ..UserChange::default() },
    );
    let role = UserChange { role: Some("viewer"), ..UserChange::default() };
    // What happens to the user, and whether a session and a token survive it.
    let fates: [(Fate<'_>, bool, bool); 4] = [
        (Some(&role), true, true),
        (Some(&password), false, true),
        (Some(&disabled), false, false),
        (None, false, false),
    ];
    for (at, (fate, session, token)) in (1_u8..).zip(fates) {
        let name = format!("user{at}");
        add(&store, &name, "admin");
        let hash = [at; 32];
        store.add_session(by(&name, 2), &hash, &name, day(9)).unwrap();
        let new = NewToken { name: "ci", holder: Holder::User(&name), hash: &hash, expires: None };
        store.add_token(by(&name, 2), &new).unwrap();
        match fate {
            Some(change) => store.change_user(by("root", 3), &name, change).unwrap(),
            None => store.remove_user(by("root", 3), &name).unwrap(),
        }
        assert_eq!(store.session(&hash, day(4)).unwrap().is_some(), session, "{name}");
        assert_eq!(store.token(&hash, day(4)).unwrap().is_some(), token, "{name}");
        // Somebody new of the same name, or the same user enabled again, is not logged in by that.
        if fate.is_some() {
            let enabled = UserChange { disabled: Some(false), ..UserChange::default() };
            store.change_user(by("root", 5), &name, &enabled).unwrap();
        } else {
            add(&store, &name, "admin");
        }
        assert_eq!(store.token(&hash, day(6)).unwrap().is_some(), fate.is_some(), "{name}");
        assert_eq!(store.session(&hash, day(6)).unwrap().is_some(), session, "{name}");
    }
    store.change_user(by("root", 7), "user1", &disabled).unwrap();
    assert!(is_unknown(&store.add_session(by("user1", 7), &[77; 32], "user1", day(9))));
}

fn tokens_count_until_they_do_not(site: &Site<'_>) {
    let store = site.store();
    add(&store, "ann", "operator");
    let make = |hash: u8, holder, expires| {
        let new = NewToken { name: "ci", holder, hash: &[hash; 32], expires };
        store.add_token(by("root", 2), &new)
    };
    let (of_user, of_role) =
        (make(1, Holder::User("ann"), None).unwrap(), make(2, Holder::Role("viewer"), Some(day(5))).unwrap());
    assert!(is_unknown(&make(3, Holder::User("bob"), None)));
    assert!(is_unknown(&make(3, Holder::Role(""), None)), "a token of nobody");
    let found = |hash: u8, now| store.token(&[hash; 32], now).unwrap();
    let (token, user) = found(1, day(4)).unwrap();
    assert_eq!((token.id, user.unwrap().role.as_str()), (of_user, "operator"));
    let (token, user) = found(2, day(4)).unwrap();
    let expected = ApiToken {
        id: of_role,
        name: "ci".to_owned(),
        holder: Holder::Role("viewer".to_owned()),
        created: day(2),
        last_used: None,
        expires: Some(day(5)),
        revoked: None,
    };
    assert_eq!((token, user), (expected, None));
    assert_eq!(found(2, day(5)), None);
    assert_eq!(found(3, day(4)), None);
    store.token_used(of_user, day(4)).unwrap();
    store.token_used(of_user, day(3)).unwrap();
    store.revoke_token(by("root", 6), of_user).unwrap();
    assert!(is_unknown(&store.revoke_token(by("root", 7), of_user)));
    assert_eq!(found(1, day(4)), None);
    let told: Vec<_> =
        store.tokens().unwrap().iter().map(|token| (token.id, token.last_used, token.revoked)).collect();
    assert_eq!(told, [(of_user, Some(day(4)), Some(day(6))), (of_role, None, None)]);
    let expected =
        ["add-token token 1 ci, user ann", "add-token token 2 ci, role viewer", "revoke-token token 1 "];
    assert_eq!(log(&store)[1..], expected);
}

fn settings_are_set_together(site: &Site<'_>) {
    let store = site.store();
    assert_eq!(store.setting("schedule_minutes").unwrap(), None);
    store
        .set(by("ann", 1), &[("schedule_minutes", Some("15")), ("sources", Some("a\nb")), ("gone", None)])
        .unwrap();
    store.set(by("bob", 2), &[("schedule_minutes", Some("15")), ("sources", Some(""))]).unwrap();
    let told = || {
        let settings = store.settings().unwrap().into_iter();
        settings
            .map(|it| format!("{}={} {} {}", it.key, it.value, it.who, it.at.0 / day(1).0))
            .collect::<Vec<_>>()
    };
    // What stays the same is still Ann's.
    assert_eq!(told(), ["schedule_minutes=15 ann 1", "sources= bob 2"]);
    assert_eq!(store.setting("sources").unwrap().as_deref(), Some(""));
    store.set(by("bob", 3), &[("sources", None), ("schedule_minutes", Some("30"))]).unwrap();
    assert_eq!(told(), ["schedule_minutes=30 bob 3"]);
    assert_eq!(store.setting("sources").unwrap(), None);
    let expected = [
        "set schedule_minutes 15",
        "set sources a\nb",
        "set sources ",
        "unset sources ",
        "set schedule_minutes 30",
    ];
    assert_eq!(log(&store), expected);
}

fn marks_stand_until_they_are_taken_back(site: &Site<'_>) {
    let store = site.store();
    run(&store, 1, &ITEMS, &[found("open-ssh", 1, 1), found("open-rdp", 1, 1)]);
    let ssh = Marked { estate: "production", item: "open-ssh", cause: 0xab };
    let rdp = Marked { item: "open-rdp", ..ssh };
    assert!(is_unknown(&store.mark(by("ann", 2), &Marked { estate: "staging", ..ssh }, "")));
    store.mark(by("ann", 2), &ssh, "with the next release").unwrap();
    store.mark(by("ann", 2), &rdp, "").unwrap();
    store.mark(by("bob", 3), &ssh, "on Monday").unwrap();
    let told = || {
        let marks = store.marks("production").unwrap().into_iter();
        marks.map(|it| format!("{} {:x} {} {}", it.item, it.cause, it.note, it.who)).collect::<Vec<_>>()
    };
    assert_eq!(told(), ["open-rdp ab  ann", "open-ssh ab on Monday bob"]);
    store.unmark(by("ann", 4), &rdp).unwrap();
    assert!(is_unknown(&store.unmark(by("ann", 4), &rdp)));
    assert!(is_unknown(&store.unmark(by("ann", 4), &Marked { cause: 0xac, ..ssh })));
    // A run does not touch what is planned.
    run(&store, 5, &ITEMS, &[]);
    assert_eq!(told(), ["open-ssh ab on Monday bob"]);
    assert_eq!(store.marks("staging").unwrap(), []);
    assert_eq!(log(&store)[4], "unmark 00000000000000ab of `open-rdp` in `production` ");
}

fn hostile_texts_of_a_console_are_data(site: &Site<'_>) {
    let store = site.store();
    run(&store, 1, &ITEMS, &[]);
    let long = "x'\"\u{0}é".repeat(20_000);
    let hostile =
        ["", "'; DROP TABLE console_user; --", "a\0b\0", "\u{1a}0", "?$1:name%_\\", "\u{202e}🦀", &long];
    for (at, text) in (1_u8..).zip(hostile) {
        store.add_user(by(text, 1), &NewUser { name: text, password_hash: text, role: text }).unwrap();
        store.add_session(by(text, 1), &[at; 32], text, day(9)).unwrap();
        let holder = Holder::User(text);
        store
            .add_token(by(text, 1), &NewToken { name: text, holder, hash: &[at; 32], expires: None })
            .unwrap();
        store.set(by(text, 1), &[(text, Some(text))]).unwrap();
        let finding = Marked { estate: "production", item: text, cause: 1 };
        store.mark(by(text, 1), &finding, text).unwrap();
        let user = store.session(&[at; 32], day(2)).unwrap().unwrap().user;
        assert!([user.name, user.password_hash, user.role] == [text; 3]);
        let (token, user) = store.token(&[at; 32], day(2)).unwrap().unwrap();
        assert!(token.name == text && user.unwrap().name == text);
        assert!(store.setting(text).unwrap().as_deref() == Some(text));
        let mark = store.marks("production").unwrap().pop().unwrap();
        assert!([mark.item, mark.note, mark.who] == [text; 3]);
    }
    assert_eq!(store.users().unwrap().len(), hostile.len());
}
