//! The real desktop window, driven through WebKitWebDriver. The test is in `tests/window.rs`; `cargo xtask test window`
//! builds the app and a server, and runs it under a display of its own.
