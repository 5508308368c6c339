//! What every screen is built of: no business, no calls of its own beyond the queries of a lookup.
//!
//! Invariant: a component shows what its properties say and reports what the person did; the page decides. The three
//! exceptions read shared state so that no page must pass it along: [`SyncChip`], [`Palette`] and [`InlineEdit`].

mod avatar;
mod bdi;
mod button;
mod chip;
mod empty;
mod field;
mod icon;
mod inline_edit;
mod input;
mod map;
mod overlay;
mod page;
mod palette;
mod status;
mod sync_chip;
mod tabs;
mod virtual_list;

pub use avatar::Avatar;
pub use bdi::Bdi;
pub use button::{Button, ButtonKind, IconButton};
pub use chip::{Chip, Tone};
pub use empty::{Empty, ErrorBox, Skeleton};
pub use field::Field;
pub use icon::{Icon, IconView};
pub use inline_edit::InlineEdit;
pub use input::{Select, TextArea, TextInput};
pub use map::{MapPin, TraceMap};
pub use overlay::{Dialog, Sheet};
pub use page::Page;
pub use palette::{Palette, open_palette};
pub use status::{GradeChip, StatusChip};
pub use sync_chip::SyncChip;
pub use tabs::Tabs;
pub use virtual_list::VirtualList;

/// A hook for tests, as an attribute that is absent when nobody named it.
fn test_hook(testid: &'static str) -> Option<&'static str> {
    (!testid.is_empty()).then_some(testid)
}
