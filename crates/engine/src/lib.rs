//! What an estate's security groups mean: exact permitted sets, decisions, redundancy.
