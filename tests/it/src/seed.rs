//! Deterministic, realistic data.
