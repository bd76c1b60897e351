//! Estate generator and benchmarks.
