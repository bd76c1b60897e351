//! The catalogue: the text and the ports of every check item, and nothing that decides.
//!
//! Services are rows of one table, kept in a file per family. Those that administer a machine and those that
//! hold data are of high risk, the other services of medium risk. A new row needs only a line in the tests:
//! program, docs and tests walk [`services`] and [`metas`].

pub mod beyond;
mod big_data;
mod consoles;
mod containers;
mod data_stores;
mod databases;
mod files;
mod infrastructure;
mod messaging;
mod remote;
#[cfg(test)]
mod tests;

use crate::{Meta, Service};

/// Who everyone is, for the pages that explain an item.
pub const EVERYONE: &str = "Everyone means every globally routable unicast IPv4 address (the \
    special-purpose blocks left out), or every IPv6 address of 2000::/3. It is decided on exact sets of \
    addresses: rules add up, 0.0.0.0/1 and 128.0.0.0/1 together count, and a deny of higher or of equal \
    rank takes away.";

/// The table by family, in the order in which items are listed.
const FAMILIES: [&[Service]; 9] = [
    remote::SERVICES,
    databases::SERVICES,
    data_stores::SERVICES,
    big_data::SERVICES,
    containers::SERVICES,
    messaging::SERVICES,
    files::SERVICES,
    consoles::SERVICES,
    infrastructure::SERVICES,
];

/// Every service, by family, and by id within one.
pub fn services() -> impl Iterator<Item = &'static Service> {
    FAMILIES.into_iter().flatten()
}

/// The text of every item: services first, then those of [`beyond`].
pub fn metas() -> impl Iterator<Item = &'static Meta> {
    services().map(|service| &service.meta).chain(beyond::ALL.iter().copied())
}
