//! The unsigned integers that an interval can run over.

use std::fmt::{Debug, Display};
use std::hash::Hash;

mod sealed {
    pub trait Sealed {}
}

/// An unsigned integer that can bound an interval: `u8`, `u16`, `u32` or `u128`.
///
/// The trait is sealed: the algebra relies on a total order without holes, and on both ends being reachable.
pub trait Point: sealed::Sealed + Copy + Ord + Hash + Debug + Display + Send + Sync + 'static {
    /// The smallest value.
    const MIN: Self;
    /// The largest value.
    const MAX: Self;

    /// The value after this one, or `None` at [`Point::MAX`].
    fn next(self) -> Option<Self>;

    /// The value before this one, or `None` at [`Point::MIN`].
    fn prev(self) -> Option<Self>;

    /// The same number, widened.
    fn to_u128(self) -> u128;
}

macro_rules! impl_point {
    ($($integer:ty),*) => {$(
        impl sealed::Sealed for $integer {}

        impl Point for $integer {
            const MIN: Self = <$integer>::MIN;
            const MAX: Self = <$integer>::MAX;

            #[inline]
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            #[inline]
            fn prev(self) -> Option<Self> {
                self.checked_sub(1)
            }

            #[inline]
            fn to_u128(self) -> u128 {
                u128::from(self)
            }
        }
    )*};
}

impl_point!(u8, u16, u32, u128);
