//! The sample account: recorded-like documents of one small account.
