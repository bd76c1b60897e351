//! The façade that every program calls: sources in, answers out.

pub mod load;
