//! One cheap look at the keys of a document: whose it is.

use crate::json::{Broken, Cursor, Step};
use crate::{alibaba, huawei};

/// How many keys of an unknown document are told.
const SHOWN_KEYS: usize = 10;

/// What a document turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// A response of Alibaba Cloud.
    Alibaba(alibaba::Kind),
    /// A response of Huawei Cloud.
    Huawei(huawei::Kind),
    /// A response with the request that fetched it.
    Wrapper,
    /// A document of a vendor that cannot be read, and the key that shows it.
    Foreign(&'static str, String),
    /// None of these; its first keys.
    Unknown(Vec<String>),
}

/// Looks at the object that the cursor stands before, up to the first key that says what it is. The cursor is left
/// anywhere.
pub(crate) fn look(cursor: &mut Cursor<'_>) -> Step<Look> {
    let mut found = None;
    let mut keys: Vec<String> = Vec::new();
    let end = cursor.object(|cursor, key| {
        found = decide(key, cursor.peek()?);
        if found.is_some() {
            return Err(Broken);
        }
        keys.push(String::from_utf8_lossy(key).into_owned());
        cursor.skip()
    });
    if let Some(found) = found {
        return Ok(found);
    }
    end?;
    Ok(decide_by_all(keys))
}

fn decide(key: &[u8], first: u8) -> Option<Look> {
    if let Some(kind) = alibaba::Kind::of_key(key, first) {
        return Some(Look::Alibaba(kind));
    }
    if let Some(kind) = huawei::Kind::of_key(key, first) {
        return Some(Look::Huawei(kind));
    }
    let foreign = |vendor| Some(Look::Foreign(vendor, String::from_utf8_lossy(key).into_owned()));
    match key {
        b"response" if first == b'{' => Some(Look::Wrapper),
        b"SecurityGroups"
        | b"SecurityGroupRules"
        | b"Reservations"
        | b"NetworkInterfaces"
        | b"Vpcs"
        | b"NetworkAcls"
        | b"ManagedPrefixLists"
            if first == b'[' =>
        {
            foreign("AWS")
        }
        b"floatingips" if first == b'[' => foreign("OpenStack"),
        b"Response" if first == b'{' => foreign("Tencent Cloud"),
        _ => None,
    }
}

fn decide_by_all(mut keys: Vec<String>) -> Look {
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    if let Some(kind) = alibaba::Kind::of_keys(&names) {
        return Look::Alibaba(kind);
    }
    if let Some(kind) = huawei::Kind::of_keys(&names) {
        return Look::Huawei(kind);
    }
    if let ["request"] = names.as_slice() {
        return Look::Wrapper;
    }
    keys.truncate(SHOWN_KEYS);
    Look::Unknown(keys)
}
