//! What a device does next: a state machine without time, sockets or storage.
//!
//! The driver tells what it [`Seen`]; the machine answers with the next [`Step`]. One round is hello → push until the
//! outbox is empty → pull until nothing is left → rest until poked. Push comes before pull, so that what was captured
//! here is safe first.
//!
//! Contents of records come last, part by part: whatever else is to be sent or fetched goes before the next part.
//!
//! A device that was cut off hands over what it has not sent, forgets everything, and that is the end of its session.

use crate::ErrorCode;

/// What the driver must do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send `hello`.
    Hello,
    /// Send the next batch of the outbox.
    Push,
    /// Ask for the next page.
    Pull,
    /// Send or fetch the next part of a content.
    Transfer,
    /// Send the next part of what was not sent, to be kept for an administrator.
    HandOver,
    /// Forget everything of this person's on the device, and end her session.
    Wipe,
    /// Trade the refresh token for a new access token.
    Refresh,
    /// Both sides have everything: wait for a poke, a local write, or the long timer.
    Rest,
    /// Wait this long (milliseconds, before jitter), or until poked or asked by a person.
    Wait(u64),
    /// Only a person can go on: wait for a sign-in.
    AwaitSignIn,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A poke came, something was written here, a person asked, the waiting is over.
    Wake,
    /// `hello` was answered.
    Hello {
        /// Some feed has entries that are not here.
        behind: bool,
        /// Items wait to be sent.
        pending: bool,
        /// The server is another one than was known: it must hear of all actors before anything is sent.
        hello_needed: bool,
        /// Contents wait to be sent or fetched.
        transfers: bool,
        /// This app is too old to be served: it may send what is here, and nothing else.
        outdated: bool,
    },
    /// A batch was answered.
    Pushed {
        /// Items wait to be sent.
        pending: bool,
        /// The round must begin again: the server has another epoch, or this database writes under another actor.
        hello_needed: bool,
        /// Contents wait to be sent or fetched.
        transfers: bool,
    },
    /// A page was stored.
    Pulled {
        /// There is more.
        has_more: bool,
        /// Items wait to be sent.
        pending: bool,
        /// The round must begin again: this database writes under another actor.
        hello_needed: bool,
        /// Contents wait to be sent or fetched.
        transfers: bool,
    },
    /// A part of what was not sent was handed over.
    HandedOver {
        /// There is more.
        pending: bool,
        /// Contents wait to be sent.
        transfers: bool,
    },
    /// A part of a content was sent or fetched, or can't be.
    Transferred {
        /// Items wait to be sent.
        pending: bool,
        /// Contents wait to be sent or fetched.
        transfers: bool,
    },
    /// New tokens were stored, by refresh or sign-in.
    Authorised,
    /// A step failed.
    Failed {
        /// How.
        code: ErrorCode,
        /// The server said how long to wait, milliseconds.
        retry_after: Option<u64>,
    },
}

/// First wait after a failure, milliseconds.
pub const FIRST_WAIT_MS: u64 = 1_000;
/// Longest wait, milliseconds.
pub const LONGEST_WAIT_MS: u64 = 120_000;
/// Parts of contents after which the server is asked for news.
pub const PARTS_IN_A_ROW: u32 = 16;
/// Failures in a row after which the server counts as out of reach.
pub const OFFLINE_AFTER: u32 = 2;

/// The decisions of one device.
#[derive(Debug, Clone, Default)]
pub struct Client {
    failures: u32,
    /// Failures in a row in which nobody of ours answered.
    unreached: u32,
    behind: bool,
    refreshing: bool,
    /// The token is fresh; should the server refuse it too, refreshing at once again would go round for ever.
    refreshed: bool,
    needs_sign_in: bool,
    handing_over: bool,
    /// Parts of contents since the server was asked for news.
    parts: u32,
    outdated: bool,
}

impl Client {
    /// A client that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// The server has failed to answer several times in a row.
    pub fn is_offline(&self) -> bool {
        self.unreached >= OFFLINE_AFTER
    }

    /// This app is too old to be served.
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// The server refuses the tokens.
    pub fn needs_sign_in(&self) -> bool {
        self.needs_sign_in
    }

    /// Takes in what happened and says what comes next.
    pub fn step(&mut self, seen: Seen) -> Step {
        match seen {
            Seen::Wake if self.needs_sign_in => Step::AwaitSignIn,
            Seen::Wake => Step::Hello,
            Seen::Hello { hello_needed: true, .. } => {
                self.succeeded();
                Step::Hello
            }
            Seen::Hello { behind, pending, transfers, outdated, .. } => {
                self.succeeded();
                self.behind = behind;
                self.outdated = outdated;
                self.next(pending, transfers)
            }
            Seen::Pushed { hello_needed: true, .. } | Seen::Pulled { hello_needed: true, .. } => {
                self.succeeded();
                Step::Hello
            }
            Seen::Pushed { pending, transfers, .. } => {
                self.succeeded();
                // What was accepted comes back in the feed: its cursor moves only by pulling.
                self.behind = true;
                self.next(pending, transfers)
            }
            Seen::Pulled { has_more, pending, transfers, .. } => {
                self.succeeded();
                self.behind = has_more;
                self.next(pending, transfers)
            }
            Seen::HandedOver { pending, transfers } => {
                self.succeeded();
                self.handing_over = true;
                self.last_words(pending, transfers)
            }
            Seen::Transferred { pending, transfers } if self.handing_over => {
                self.succeeded();
                self.handing_over = true;
                self.last_words(pending, transfers)
            }
            Seen::Transferred { pending, transfers } => {
                self.succeeded();
                self.parts += 1;
                if self.parts >= PARTS_IN_A_ROW {
                    self.parts = 0;
                    return Step::Hello;
                }
                self.next(pending, transfers)
            }
            Seen::Authorised => {
                self.refreshed = self.refreshing;
                self.refreshing = false;
                self.needs_sign_in = false;
                Step::Hello
            }
            Seen::Failed { code: ErrorCode::SignInNeeded, .. } if !self.refreshed => {
                if self.refreshing {
                    self.refreshing = false;
                    self.needs_sign_in = true;
                    Step::AwaitSignIn
                } else {
                    self.refreshing = true;
                    Step::Refresh
                }
            }
            // Every request says so; the hand-over itself is never refused for it.
            Seen::Failed { code: ErrorCode::CutOff, .. } if !self.handing_over => {
                self.handing_over = true;
                Step::HandOver
            }
            // A server restored from a backup, or one that keeps its feeds no longer: `hello` learns it and resets the cursors.
            Seen::Failed { code: ErrorCode::EpochChanged | ErrorCode::MustRefetch, .. } if self.failures == 0 => {
                self.failures = 1;
                Step::Hello
            }
            Seen::Failed { code, retry_after } => {
                let unreached = matches!(code, ErrorCode::Offline | ErrorCode::NotAMaydanServer | ErrorCode::ServerFailed);
                self.unreached = if unreached { self.unreached.saturating_add(1) } else { 0 };
                self.refreshing = false;
                self.refreshed = false;
                self.handing_over = false;
                let doubled = FIRST_WAIT_MS.saturating_mul(1 << self.failures.min(16));
                self.failures = self.failures.saturating_add(1);
                let wait = doubled.min(LONGEST_WAIT_MS).max(retry_after.unwrap_or(0));
                Step::Wait(wait)
            }
        }
    }

    fn next(&self, pending: bool, transfers: bool) -> Step {
        if pending {
            Step::Push
        } else if self.behind && !self.outdated {
            Step::Pull
        } else if transfers {
            Step::Transfer
        } else {
            Step::Rest
        }
    }

    /// Of a device that was cut off.
    fn last_words(&self, pending: bool, transfers: bool) -> Step {
        if pending {
            Step::HandOver
        } else if transfers {
            Step::Transfer
        } else {
            Step::Wipe
        }
    }

    fn succeeded(&mut self) {
        self.failures = 0;
        self.unreached = 0;
        self.refreshing = false;
        self.refreshed = false;
        self.handing_over = false;
        self.needs_sign_in = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: ErrorCode) -> Seen {
        Seen::Failed { code, retry_after: None }
    }

    #[test]
    fn an_idle_round_is_one_request() {
        let mut client = Client::new();
        assert_eq!(client.step(Seen::Wake), Step::Hello);
        assert_eq!(
            client.step(Seen::Hello { behind: false, pending: false, hello_needed: false, transfers: false, outdated: false }),
            Step::Rest
        );
    }

    #[test]
    fn a_round_pushes_before_it_pulls() {
        let mut client = Client::new();
        client.step(Seen::Wake);
        assert_eq!(
            client.step(Seen::Hello { behind: true, pending: true, hello_needed: false, transfers: false, outdated: false }),
            Step::Push
        );
        assert_eq!(client.step(Seen::Pushed { pending: true, hello_needed: false, transfers: false }), Step::Push);
        assert_eq!(client.step(Seen::Pushed { pending: false, hello_needed: false, transfers: false }), Step::Pull);
        assert_eq!(client.step(Seen::Pulled { has_more: true, pending: false, hello_needed: false, transfers: false }), Step::Pull);
        assert_eq!(client.step(Seen::Pulled { has_more: false, pending: true, hello_needed: false, transfers: false }), Step::Push);
        assert_eq!(client.step(Seen::Pushed { pending: false, hello_needed: false, transfers: false }), Step::Pull);
        assert_eq!(client.step(Seen::Pulled { has_more: false, pending: false, hello_needed: false, transfers: false }), Step::Rest);
    }

    #[test]
    fn waits_double_up_to_a_limit_and_one_success_forgets_them() {
        let mut client = Client::new();
        let mut waits = Vec::new();
        for _ in 0..9 {
            if let Step::Wait(ms) = client.step(failed(ErrorCode::Offline)) {
                waits.push(ms / 1000);
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        client.step(Seen::Hello { behind: false, pending: false, hello_needed: false, transfers: false, outdated: false });
        assert_eq!(client.step(failed(ErrorCode::Offline)), Step::Wait(1000));
    }

    #[test]
    fn one_failure_is_not_offline_and_two_are() {
        let mut client = Client::new();
        client.step(failed(ErrorCode::Offline));
        assert!(!client.is_offline());
        client.step(failed(ErrorCode::NotAMaydanServer));
        assert!(client.is_offline());
    }

    #[test]
    fn the_servers_own_waiting_time_is_honoured() {
        let mut client = Client::new();
        let seen = Seen::Failed { code: ErrorCode::TooManyAttempts, retry_after: Some(30_000) };
        assert_eq!(client.step(seen), Step::Wait(30_000));
    }

    #[test]
    fn an_expired_token_is_refreshed_once_and_then_a_person_is_asked() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::SignInNeeded)), Step::Refresh);
        assert_eq!(client.step(Seen::Authorised), Step::Hello);
        client.step(Seen::Hello { behind: false, pending: false, hello_needed: false, transfers: false, outdated: false });
        assert_eq!(client.step(failed(ErrorCode::SignInNeeded)), Step::Refresh);
        assert_eq!(client.step(failed(ErrorCode::SignInNeeded)), Step::AwaitSignIn);
        assert!(client.needs_sign_in());
        assert_eq!(client.step(Seen::Wake), Step::AwaitSignIn);
        assert_eq!(client.step(Seen::Authorised), Step::Hello);
    }

    #[test]
    fn a_server_that_refuses_fresh_tokens_is_not_asked_without_pause() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::SignInNeeded)), Step::Refresh);
        assert_eq!(client.step(Seen::Authorised), Step::Hello);
        assert_eq!(client.step(failed(ErrorCode::SignInNeeded)), Step::Wait(1000));
        assert_eq!(client.step(Seen::Wake), Step::Hello);
    }

    #[test]
    fn a_device_that_was_cut_off_hands_over_all_and_then_forgets() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::HandOver);
        assert_eq!(client.step(Seen::HandedOver { pending: true, transfers: false }), Step::HandOver);
        assert_eq!(client.step(failed(ErrorCode::Offline)), Step::Wait(1000), "nothing is forgotten before it is handed over");
        assert_eq!(client.step(Seen::Wake), Step::Hello);
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::HandOver);
        assert_eq!(client.step(Seen::HandedOver { pending: false, transfers: false }), Step::Wipe);
    }

    #[test]
    fn an_app_that_is_too_old_sends_what_it_has_and_pulls_nothing() {
        let mut client = Client::new();
        let hello = Seen::Hello { behind: true, pending: true, hello_needed: false, transfers: false, outdated: true };
        assert_eq!(client.step(hello), Step::Push);
        assert!(client.is_outdated());
        assert_eq!(client.step(Seen::Pushed { pending: false, hello_needed: false, transfers: true }), Step::Transfer);
        assert_eq!(client.step(Seen::Transferred { pending: false, transfers: false }), Step::Rest);
        client.step(Seen::Hello { behind: true, pending: false, hello_needed: false, transfers: false, outdated: false });
        assert!(!client.is_outdated());
    }

    #[test]
    fn contents_are_handed_over_behind_the_rest() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::HandOver);
        assert_eq!(client.step(Seen::HandedOver { pending: false, transfers: true }), Step::Transfer);
        assert_eq!(client.step(Seen::Transferred { pending: true, transfers: true }), Step::HandOver, "somebody wrote something");
        assert_eq!(client.step(Seen::HandedOver { pending: false, transfers: true }), Step::Transfer);
        assert_eq!(client.step(Seen::Transferred { pending: false, transfers: false }), Step::Wipe);
    }

    #[test]
    fn contents_wait_for_everything_else_and_never_keep_news_away() {
        let mut client = Client::new();
        client.step(Seen::Wake);
        let hello = Seen::Hello { behind: true, pending: false, hello_needed: false, transfers: true, outdated: false };
        assert_eq!(client.step(hello), Step::Pull);
        let pulled = Seen::Pulled { has_more: false, pending: false, hello_needed: false, transfers: true };
        assert_eq!(client.step(pulled), Step::Transfer);
        assert_eq!(client.step(Seen::Transferred { pending: true, transfers: true }), Step::Push);
        let pushed = Seen::Pushed { pending: false, hello_needed: false, transfers: true };
        assert_eq!(client.step(pushed), Step::Pull);
        assert_eq!(client.step(pulled), Step::Transfer);
        let more = Seen::Transferred { pending: false, transfers: true };
        let steps: Vec<Step> = (0..PARTS_IN_A_ROW).map(|_| client.step(more)).collect();
        assert!(steps.contains(&Step::Hello), "somebody may have written something: {steps:?}");
        assert_eq!(client.step(hello), Step::Pull);
        assert_eq!(client.step(pulled), Step::Transfer);
        assert_eq!(client.step(Seen::Transferred { pending: false, transfers: false }), Step::Rest);
    }

    #[test]
    fn a_server_that_refuses_the_hand_over_too_is_not_asked_without_pause() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::HandOver);
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::Wait(1000));
    }

    #[test]
    fn a_device_that_is_let_in_again_goes_on_as_before() {
        let mut client = Client::new();
        assert_eq!(client.step(failed(ErrorCode::CutOff)), Step::HandOver);
        assert_eq!(client.step(failed(ErrorCode::WrongState)), Step::Wait(1000));
        assert_eq!(client.step(Seen::Wake), Step::Hello);
        assert_eq!(
            client.step(Seen::Hello { behind: false, pending: true, hello_needed: false, transfers: false, outdated: false }),
            Step::Push
        );
    }

    #[test]
    fn a_refresh_that_fails_for_want_of_network_does_not_end_the_session() {
        let mut client = Client::new();
        client.step(failed(ErrorCode::SignInNeeded));
        assert_eq!(client.step(failed(ErrorCode::Offline)), Step::Wait(1000));
        assert!(!client.needs_sign_in());
    }
}
