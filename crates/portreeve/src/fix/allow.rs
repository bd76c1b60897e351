//! Who may go on: the words of `--allow`.

use portreeve_fix::{Stay, private};
use portreeve_model::{Direction, Estate};
use portreeve_netset::{AddressSet, Cidr};

use super::FixError;
use crate::nearest;

/// Whose connections stay, and what is worth knowing about that.
pub(super) fn stay(estate: &Estate, words: &[String]) -> Result<(Stay, Vec<String>), FixError> {
    if words.is_empty() {
        return Ok((Stay::Private, Vec::new()));
    }
    let (mut all, mut notes) = (AddressSet::empty(), Vec::new());
    for word in words {
        all.union_with(&peers(estate, word.trim(), &mut notes)?);
    }
    Ok((Stay::Named(all), notes))
}

fn peers(estate: &Estate, word: &str, notes: &mut Vec<String>) -> Result<AddressSet, FixError> {
    if word == "private" {
        return Ok(private(Direction::Ingress));
    }
    if let Ok(cidr) = word.parse::<Cidr>() {
        return Ok([cidr].into_iter().collect());
    }
    if let Ok(address) = word.parse::<std::net::IpAddr>() {
        return Ok(AddressSet::from_range(address, address).unwrap_or_default());
    }
    if let Some(list) = estate.address_lists.iter().find(|list| estate.text(list.id) == word) {
        if list.incomplete.is_some() {
            return Err(FixError(format!(
                "the entries of list `{word}` are not all in the input, so that it cannot be allowed"
            )));
        }
        notes.push(format!("list `{word}` stands for the {} entries that it has now", list.entries.len()));
        let ranges = list.entries.iter().filter_map(|it| AddressSet::from_range(it.first(), it.last()));
        return Ok(ranges.fold(AddressSet::empty(), |all, range| all.union(&range)));
    }
    if let Some(group) = estate.groups.iter().find(|group| estate.text(group.id) == word) {
        let carries = |list: &portreeve_model::GroupListIx| {
            estate.group_lists.get(list.at()).is_some_and(|list| list.contains(&group.id))
        };
        let members =
            estate.interfaces.iter().filter(|interface| interface.groups.as_ref().is_some_and(carries));
        let addresses = members.flat_map(|interface| &interface.addresses).map(|address| address.private);
        let set = addresses.fold(AddressSet::empty(), |all, address| {
            all.union(&AddressSet::from_range(address, address).unwrap_or_default())
        });
        if set.is_empty() {
            return Err(FixError(format!(
                "group `{word}` has no members in the input, so that it allows nobody"
            )));
        }
        notes.push(format!("group `{word}` stands for the private addresses that its members have now"));
        return Ok(set);
    }
    let known =
        estate.groups.iter().map(|group| group.id).chain(estate.address_lists.iter().map(|list| list.id));
    let hint = nearest(word, known.map(|id| estate.text(id))).map_or_else(
        || {
            "write a block such as `203.0.113.0/24`, an address, a group, a prefix list or `private`"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    Err(FixError(format!("`{word}` cannot be allowed, because it is nobody that is known: {hint}")))
}
