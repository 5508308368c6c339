//! Who may do what: one pure function, used by the device to hide and explain, and by the server to decide.
//!
//! Rights are granted per scope (see [`crate::command::Grant`]). Children follow their parent's scope, so that whoever may
//! write a customer may write its notes and visits.

use crate::command::{Grant, Level};
use crate::id::ScopeId;
use crate::{Error, ErrorCode, Result};

/// What somebody wants to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See it.
    Read,
    /// Make, edit, delete, restore.
    Write,
    /// Approve or return.
    Approve,
    /// Move elsewhere.
    Reassign,
}

impl Action {
    fn needs(self) -> Level {
        match self {
            Self::Read => Level::Read,
            Self::Write => Level::Write,
            Self::Approve | Self::Reassign => Level::Manage,
        }
    }
}

/// Whether these grants allow `action` in `scope`.
///
/// # Errors
/// [`ErrorCode::Forbidden`], with what is missing.
pub fn check(grants: &[Grant], scope: ScopeId, action: Action) -> Result<()> {
    let needed = action.needs();
    if grants.iter().any(|g| g.scope == scope && g.level >= needed) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Forbidden, format!("this needs {needed:?} in {scope}: ask an administrator for the grant")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_level_allows_itself_and_what_is_below_it() {
        let scope = ScopeId(Uuid::from_u128(5));
        let table = [(Level::Read, [true, false, false]), (Level::Write, [true, true, false]), (Level::Manage, [true, true, true])];
        for (level, expected) in table {
            let grants = [Grant { scope, level }];
            let got = [Action::Read, Action::Write, Action::Approve].map(|a| check(&grants, scope, a).is_ok());
            assert_eq!(got, expected, "{level:?}");
        }
    }

    #[test]
    fn a_grant_says_nothing_about_other_scopes() {
        let grants = [Grant { scope: ScopeId(Uuid::from_u128(5)), level: Level::Manage }];
        let elsewhere = check(&grants, ScopeId::COMPANY, Action::Read);
        assert_eq!(elsewhere.expect_err("refused").code, ErrorCode::Forbidden);
    }
}
