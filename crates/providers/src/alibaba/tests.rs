//! Documents as they really are.
