//! Typed positions in the estate's tables, so that a group's number cannot be used for an interface.

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::num::NonZeroU32);

        impl $name {
            /// The index of position `at`. Tables end at 2^32 - 2 rows; positions beyond share the last index,
            /// which no table of a real machine reaches.
            pub fn new(at: usize) -> Self {
                let number = u32::try_from(at).unwrap_or(u32::MAX - 1).min(u32::MAX - 1);
                Self(std::num::NonZeroU32::MIN.saturating_add(number))
            }

            /// The position in its table, from 0.
            pub fn at(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    )*};
}

index! {
    /// A position in [`Estate::documents`](crate::Estate::documents).
    DocumentIx,
    /// A position in [`Estate::profiles`](crate::Estate::profiles).
    ProfileIx,
    /// A position in [`Estate::groups`](crate::Estate::groups).
    GroupIx,
    /// A position in [`Estate::group_lists`](crate::Estate::group_lists).
    GroupListIx,
    /// A position in [`Estate::interfaces`](crate::Estate::interfaces).
    InterfaceIx,
    /// A position in [`Estate::instances`](crate::Estate::instances).
    InstanceIx,
    /// A position in [`Estate::networks`](crate::Estate::networks).
    NetworkIx,
    /// A position in [`Estate::subnets`](crate::Estate::subnets).
    SubnetIx,
    /// A position in [`Estate::acls`](crate::Estate::acls).
    AclIx,
    /// A position in [`Estate::address_lists`](crate::Estate::address_lists).
    AddressListIx,
    /// A position in [`Estate::port_lists`](crate::Estate::port_lists).
    PortListIx,
    /// A position in [`Estate::gaps`](crate::Estate::gaps).
    GapIx,
}

#[cfg(test)]
mod tests {
    use super::GroupIx;

    #[test]
    fn a_position_reads_back_and_none_costs_nothing() {
        assert_eq!(GroupIx::new(0).at(), 0);
        assert_eq!(GroupIx::new(99_999).at(), 99_999);
        assert_eq!(size_of::<Option<GroupIx>>(), 4);
    }
}
