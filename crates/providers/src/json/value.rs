//! Reading values into types: what a response looks like is declared once, as a table of keys.

use std::borrow::Cow;

use smallvec::{Array, SmallVec};

use super::{Cursor, Step};

/// Something that can be read from JSON. What is missing or null is the default; what is of another kind is skipped,
/// the default is given, and the cursor tells it as odd.
pub(crate) trait Value<'a>: Default {
    /// Reads one value.
    fn read(cursor: &mut Cursor<'a>) -> Step<Self>;
}

/// Text; numbers are given as they are written.
impl<'a> Value<'a> for Cow<'a, str> {
    #[inline]
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        Ok(cursor.text()?.unwrap_or_default())
    }
}

/// Text that may be missing, where that differs from being empty.
impl<'a> Value<'a> for Option<Cow<'a, str>> {
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        cursor.text()
    }
}

/// A count, written as a number or as text.
impl<'a> Value<'a> for Option<u64> {
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        Ok(cursor.text()?.and_then(|text| text.trim().parse().ok()))
    }
}

/// A switch, written as a boolean, as text or as 0 or 1.
impl<'a> Value<'a> for bool {
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        Ok(cursor.text()?.is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1"))
    }
}

/// A list, plain or wrapped once more.
impl<'a, A: Array<Item: Value<'a>>> Value<'a> for SmallVec<A> {
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        let mut rows = Self::new();
        cursor.rows(|cursor| A::Item::read(cursor).map(|row| rows.push(row)))?;
        Ok(rows)
    }
}

/// A list that may be missing, where that differs from being empty.
impl<'a, A: Array<Item: Value<'a>>> Value<'a> for Option<SmallVec<A>> {
    fn read(cursor: &mut Cursor<'a>) -> Step<Self> {
        if cursor.peek()? == b'n' {
            return cursor.skip().map(|()| None);
        }
        SmallVec::read(cursor).map(Some)
    }
}

/// Declares structs that read themselves: a field for each key that is wanted; all other keys are skipped.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident { $($key:literal => $field:ident: $ty:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: $ty,)+
        }

        impl<'a> $name<'a> {
            /// Reads the value of one key, or skips it.
            #[allow(dead_code, reason = "only types that are read beside others need it")]
            #[inline]
            pub(crate) fn field(
                &mut self,
                cursor: &mut $crate::json::Cursor<'a>,
                key: &[u8],
            ) -> $crate::json::Step {
                match key {
                    $($key => self.$field = $crate::json::Value::read(cursor)?,)+
                    _ => cursor.skip()?,
                }
                Ok(())
            }
        }

        impl<'a> $crate::json::Value<'a> for $name<'a> {
            fn read(cursor: &mut $crate::json::Cursor<'a>) -> $crate::json::Step<Self> {
                cursor.shaped()
            }
        }

        impl<'a> $crate::json::Object<'a> for $name<'a> {
            fn kind() -> usize {
                // Every type has a place in memory of its own.
                static KIND: u8 = 0;
                std::ptr::from_ref(&KIND).addr()
            }

            fn learn(
                &mut self,
                cursor: &mut $crate::json::Cursor<'a>,
                key: &[u8],
            ) -> $crate::json::Step<$crate::json::Learnt> {
                #[expect(non_camel_case_types, reason = "they are named like the fields")]
                enum Number { $($field),+ }
                let (field, default) = match key {
                    $($key => {
                        self.$field = $crate::json::Value::read(cursor)?;
                        (Some(Number::$field as u8), self.$field == <$ty>::default())
                    })+
                    _ => {
                        cursor.skip()?;
                        (None, true)
                    }
                };
                Ok($crate::json::Learnt { field, default })
            }

            #[inline]
            fn read_field(
                &mut self,
                cursor: &mut $crate::json::Cursor<'a>,
                field: u8,
            ) -> $crate::json::Step {
                #[expect(non_camel_case_types, reason = "they are named like the fields")]
                enum Number { $($field),+ }
                match field {
                    $(it if it == Number::$field as u8 => self.$field = $crate::json::Value::read(cursor)?,)+
                    _ => cursor.skip()?,
                }
                Ok(())
            }
        }
    )+};
}

pub(crate) use objects;
