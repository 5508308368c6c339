//! Whole-system tests: real replicas, the real driver and a real server over HTTP, in one process or several.
//!
//! [`World`] speaks the language of the product ("amal types", "the server is gone"); the same words serve the tests here
//! and the demo.

pub mod demo;
pub mod platform;
pub mod postgres;
pub mod seed;
pub mod world;

pub use platform::FolderPlatform;
pub use postgres::Cluster;
pub use world::{Rep, World};
