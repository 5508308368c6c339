//! How large a page is asked for.
//!
//! One transaction of many rows costs less than several of few: each writes out what the search indexes have gathered, waits for
//! the disk and brings the same pages of the database into it again. So each page that comes makes the next one larger. On a bad
//! line a large page never comes within the time that a request has, but a small one does: after one that did not come, the
//! smallest is asked for.

use maydan_core::sync::wire::{FIRST_PAGE_BYTES, MAX_PAGE_BYTES};

/// What is asked for, in bytes of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    bytes: usize,
    is_awaited: bool,
}

impl Room {
    /// Before anything is known of the line.
    pub const BEGIN: Self = Self { bytes: FIRST_PAGE_BYTES, is_awaited: false };

    /// For the next page, as a request says it.
    pub fn ask(&mut self) -> usize {
        if self.is_awaited {
            self.bytes = FIRST_PAGE_BYTES;
        }
        self.is_awaited = true;
        self.bytes
    }

    /// The page that was asked for has come.
    pub fn came(&mut self) {
        *self = Self { bytes: self.after(), is_awaited: false };
    }

    /// What will be asked for once the page that was asked for has come.
    pub fn after(self) -> usize {
        MAX_PAGE_BYTES.min(self.bytes * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_grow_as_they_come_and_begin_small_after_one_that_did_not() {
        let mut room = Room::BEGIN;
        let mut asked = Vec::new();
        for _ in 0..7 {
            let ahead = room.after();
            asked.push(room.ask());
            room.came();
            assert!(ahead >= asked[asked.len() - 1]);
        }
        assert_eq!(asked[..5], [1, 2, 4, 8, 16].map(|times| times * FIRST_PAGE_BYTES));
        assert_eq!(asked[5..], [MAX_PAGE_BYTES; 2]);

        room.ask();
        assert_eq!(room.ask(), FIRST_PAGE_BYTES, "the one before did not come");
        assert_eq!(room.ask(), FIRST_PAGE_BYTES);
        room.came();
        assert_eq!(room.ask(), 2 * FIRST_PAGE_BYTES);
    }
}
