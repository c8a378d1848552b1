//! Gets tokens for the programs that an endpoint serves, as `tokcache token` does.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokcache_core::acquire::AuthenticationResult;
use tokcache_core::secret::AccessToken;
use tokcache_core::store::mutex::locked;
use tokcache_core::time::{Clock as _, Timestamp};
use tokcache_core::types::ScopeSet;
use tokio::sync::oneshot;

use crate::cli::context::Context;
use crate::cli::context::scopes::Scopes;
use crate::cli::environment;
use crate::cli::failure::{Exit, Failure, typed};
use crate::cli::grants::Acquired;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::token::{Selection, unfit};
use crate::output::{ensure_plain, show_failure};

/// A token for a program.
pub(in crate::cli) struct ServedToken {
    pub(in crate::cli) access_token: AccessToken,
    pub(in crate::cli) expires_on: Timestamp,
    /// The seconds that were left when the token was served.
    pub(in crate::cli) expires_in: i64,
    /// The client that the token was issued to.
    pub(in crate::cli) client_id: String,
    /// The requested and the granted scopes.
    pub(in crate::cli) scopes: ScopeSet,
}

/// Why there is no token.
pub(in crate::cli) struct NoToken {
    pub(in crate::cli) exit: Exit,
    pub(in crate::cli) retryable: bool,
    /// When to ask again, in seconds.
    pub(in crate::cli) retry_after: Option<u64>,
    /// The failure, and the command that helps.
    pub(in crate::cli) message: String,
}

/// The token that is wanted, beyond one with the scopes of the source.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::cli) struct Want {
    /// The token that a server has refused. Another one is wanted.
    pub(in crate::cli) refused: Option<AccessToken>,
    /// A claims challenge, in JSON.
    pub(in crate::cli) claims: Option<String>,
    /// Scopes in addition to those of the source.
    pub(in crate::cli) further: ScopeSet,
}

#[derive(Default)]
enum Thread {
    #[default]
    NotStarted,
    Running(Sender<Asked>, JoinHandle<()>),
    Ended,
}

type Outcome = Result<Arc<ServedToken>, Arc<NoToken>>;

struct Asked {
    want: Want,
    answer: oneshot::Sender<Outcome>,
}

/// A thread that gets tokens for one set of scopes: from the cache, so that a token is refreshed in time, and none is
/// served after a sign-out. Requests that arrive during an acquisition share its outcome (single flight).
pub(in crate::cli) struct TokenSource {
    thread: Mutex<Thread>,
    settings: Settings,
    scopes: Scopes,
}

impl TokenSource {
    /// Creates a source. Its thread starts with the first request.
    pub(in crate::cli) fn new(settings: &Settings, scopes: Scopes) -> Self {
        TokenSource { thread: Mutex::default(), settings: settings.clone(), scopes }
    }

    /// Returns a token.
    pub(in crate::cli) async fn token(&self, want: Want) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        self.ask(Asked { want, answer });
        outcome.await.unwrap_or_else(|_| Err(Arc::new(ended())))
    }

    fn ask(&self, asked: Asked) {
        let mut thread = locked(&self.thread);
        if matches!(*thread, Thread::NotStarted) {
            let (sender, receiver) = channel();
            let (settings, scopes) = (self.settings.clone(), self.scopes.clone());
            let acquire = move || Acquirer::new(settings, scopes).run(&receiver);
            if let Ok(started) = std::thread::Builder::new().name("tokens".to_owned()).spawn(acquire) {
                *thread = Thread::Running(sender, started);
            }
        }
        if let Thread::Running(sender, _) = &*thread {
            // Without a thread, the channel of the answer closes.
            let _ = sender.send(asked);
        }
    }

    /// Ends the thread, and waits until its request to the provider, if any, is answered and saved. No other thread
    /// starts.
    pub(in crate::cli) fn finish(&self) {
        let thread = std::mem::replace(&mut *locked(&self.thread), Thread::Ended);
        if let Thread::Running(sender, thread) = thread {
            drop(sender);
            // A panic was printed by the panic hook.
            let _ = thread.join();
        }
    }
}

fn ended() -> NoToken {
    let message = "the endpoint has ended".to_owned();
    NoToken { exit: Exit::Unexpected, retryable: false, retry_after: None, message }
}

/// The state of the thread.
struct Acquirer {
    settings: Settings,
    scopes: Scopes,
    /// Made at the first request, and kept, so that a key of the cache is read once.
    context: Option<Context>,
    /// The last failure that was reported on stderr.
    reported: Option<String>,
}

impl Acquirer {
    fn new(settings: Settings, scopes: Scopes) -> Self {
        Acquirer { settings, scopes, context: None, reported: None }
    }

    /// Answers requests until the channel is closed.
    fn run(mut self, receiver: &Receiver<Asked>) {
        while let Ok(first) = receiver.recv() {
            let mut waiting = vec![first];
            while let Some(want) = waiting.first().map(|asked| asked.want.clone()) {
                let outcome = self.outcome(&want);
                waiting.extend(receiver.try_iter());
                let (same, others) = waiting.into_iter().partition(|asked| asked.want == want);
                let same: Vec<Asked> = same;
                for asked in same {
                    // A client that is gone needs no token.
                    let _ = asked.answer.send(outcome.clone());
                }
                waiting = others;
            }
        }
    }

    fn outcome(&mut self, want: &Want) -> Outcome {
        match self.acquire(want) {
            Ok(token) => {
                self.reported = None;
                Ok(Arc::new(token))
            }
            Err(failure) => Err(Arc::new(self.report(&failure))),
        }
    }

    fn acquire(&mut self, want: &Want) -> Result<ServedToken, Failure> {
        let mut context = match self.context.take() {
            Some(context) => context,
            None => Context::new(&self.settings, PromptPolicy::never())?,
        };
        // A signal must not end the process during a refresh, and the endpoint sees to that.
        context.observer.leave_signals();
        let context = self.context.insert(context);
        let scopes = self.scopes.with(context, &want.further)?;
        let mut acquired = Selection::of(scopes.clone(), want.claims.clone(), false).acquire(context, false)?;
        if want.claims.is_none() && want.refused.as_ref() == Some(&acquired.outcome.access_token) {
            acquired = Selection::of(scopes, None, true).acquire(context, false)?;
        }
        let Acquired { outcome, client_id, requested } = acquired;
        ensure_plain(&outcome).map_err(unfit)?;
        let scopes = requested.union(&outcome.scopes);
        let expires_in = outcome.expires_on.seconds_since(context.clock.now());
        let AuthenticationResult { access_token, expires_on, .. } = outcome;
        Ok(ServedToken { access_token, expires_on, expires_in, client_id, scopes })
    }

    /// Reports a failure on stderr, unless it was the last one too, and returns it for the client.
    fn report(&mut self, failure: &Failure) -> NoToken {
        let command = failure.command(&typed(std::env::args_os()), &self.settings).filter(|_| !failure.is_retryable());
        let message = match &command {
            Some(command) => format!("{}; try: {command}", failure.message()),
            None => failure.message().to_owned(),
        };
        if self.reported.as_ref() != Some(&message) {
            let format = self.settings.error_format.unwrap_or_else(environment::error_format);
            show_failure(&failure.view(command.as_deref()), format);
            self.reported = Some(message.clone());
        }
        let retry_after = failure.retry_after();
        NoToken { exit: failure.exit(), retryable: failure.is_retryable(), retry_after, message }
    }
}

impl Scopes {
    /// Returns the scopes, or those of the profile, and further ones.
    fn with(&self, context: &Context, further: &ScopeSet) -> Result<Scopes, Failure> {
        if further.iter().next().is_none() {
            return Ok(self.clone());
        }
        let all = context.scopes(self)?.union(further);
        let resource = self.resource.clone().filter(|_| !context.authority().is_at_microsoft());
        Ok(Scopes { scopes: all.iter().map(str::to_owned).collect(), resource, ..self.clone() })
    }
}
