//! Fixture builder and oracles shared by the suites.
