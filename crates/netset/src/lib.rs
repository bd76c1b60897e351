//! Exact, canonical sets of network traffic.
