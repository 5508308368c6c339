//! How large a page is asked for.
//!
//! One transaction of many rows costs less than several of few: each writes out what the search indexes have gathered, waits for
//! the disk and brings the same pages of the database into it again. So in a catch-up of many pages each is larger than the one
//! before. On a bad line a large page never comes within the time that a request has, but a small one does: after one that did not
//! come the smallest is asked for, and until the catch-up is over none more than half as large as that.

use maydan_core::sync::wire::{FIRST_PAGE_BYTES, MAX_PAGE_BYTES};

/// What is asked for, in bytes of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    bytes: usize,
    most: usize,
    is_awaited: bool,
}

impl Room {
    /// A catch-up begins, and nothing is known of the line.
    pub const BEGIN: Self = Self { bytes: 2 * FIRST_PAGE_BYTES, most: MAX_PAGE_BYTES, is_awaited: false };

    /// For the next page, as a request says it.
    pub fn ask(&mut self) -> usize {
        if self.is_awaited {
            self.most = FIRST_PAGE_BYTES.max(self.bytes / 2);
            self.bytes = FIRST_PAGE_BYTES;
        }
        self.is_awaited = true;
        self.bytes
    }

    /// The server will not give the page: that says nothing of the line.
    pub fn was_refused(&mut self) {
        self.is_awaited = false;
    }

    /// The page that was asked for has come, and whether others are to follow.
    pub fn came(&mut self, has_more: bool) {
        *self = if has_more { Self { bytes: self.after(), is_awaited: false, ..*self } } else { Self::BEGIN };
    }

    /// What will be asked for once the page that was asked for has come, when others are to follow.
    pub fn after(self) -> usize {
        self.most.min(self.bytes * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for so many pages, all of which come and have others behind them.
    fn asked(room: &mut Room, pages: usize) -> Vec<usize> {
        let mut asked = Vec::new();
        for _ in 0..pages {
            asked.push(room.ask());
            let ahead = room.after();
            room.came(true);
            assert_eq!(room.clone().ask(), ahead, "what was asked for ahead is what is asked for");
        }
        asked
    }

    #[test]
    fn pages_grow_as_they_come_until_the_catch_up_is_over() {
        let mut room = Room::BEGIN;
        assert_eq!(asked(&mut room, 4), [2, 4, 8, 16].map(|times| times * FIRST_PAGE_BYTES));
        assert_eq!(asked(&mut room, 2), [MAX_PAGE_BYTES; 2]);
        room.ask();
        room.came(false);
        assert_eq!(room, Room::BEGIN);
    }

    #[test]
    fn a_page_that_does_not_come_is_asked_for_smaller() {
        let mut room = Room::BEGIN;
        asked(&mut room, 2);
        assert_eq!(room.ask(), 8 * FIRST_PAGE_BYTES);
        // It did not come.
        assert_eq!(asked(&mut room, 5), [1, 2, 4, 4, 4].map(|times| times * FIRST_PAGE_BYTES));
        room.ask();
        room.was_refused();
        assert_eq!(room.ask(), 4 * FIRST_PAGE_BYTES, "a server that answers is no bad line");
        for _ in 0..4 {
            room.ask();
        }
        assert_eq!(asked(&mut room, 2), [FIRST_PAGE_BYTES; 2]);
    }
}
