//! Sign-in and sign-out of a session: the session knows only who the user is.

use tokcache_core::types::HomeAccountId;
use tower_sessions::Session;

use crate::SessionError;

/// The session's value that names the user.
const USER: &str = "tokcache.user";

/// Signs a user in to a session: the session remembers the user, and gets a new id.
///
/// The new id prevents session fixation: an attacker who made the user's browser use a session id that the attacker knows
/// does not know the new id. The other values of the session stay. Do not trust values that were set before the sign-in:
/// the attacker may have set them.
///
/// # Errors
/// The session's store failed. The user is not signed in then.
pub async fn begin_user_session(session: &Session, user: &HomeAccountId) -> Result<(), SessionError> {
    session.cycle_id().await?;
    session.insert(USER, user.as_str()).await?;
    Ok(())
}

/// Returns the user who is signed in to the session, which is also the name of the
/// [partition](tokcache_core::store::Partition::user) of the user's tokens; `None` if nobody is.
///
/// # Errors
/// The session's store failed. That is no reason to ask for a sign-in.
pub async fn session_user(session: &Session) -> Result<Option<HomeAccountId>, SessionError> {
    Ok(session.get::<String>(USER).await?.map(HomeAccountId::new))
}

/// Signs the user out of the session: removes the session with all its values. Returns the user, whose tokens the caller
/// can remove, too, if no other session of the user needs them.
///
/// # Errors
/// The session's store failed. The user may still be signed in.
pub async fn end_user_session(session: &Session) -> Result<Option<HomeAccountId>, SessionError> {
    let user = session_user(session).await?;
    session.flush().await?;
    Ok(user)
}
