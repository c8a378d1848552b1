//! `-vv`: prints a line for each exchange: the method, the address and the status. It never prints bodies or form
//! fields, which hold secrets.

use std::time::Instant;

use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Head, Http, Reach, Request, Response, Stage, TransportError};

use crate::cli::environment;
use crate::output::{plain, tell};

/// Logs every exchange of `inner`.
pub(in crate::cli) struct WireLog<Inner> {
    pub(in crate::cli) inner: Inner,
    verbose: u8,
}

impl<Inner> WireLog<Inner> {
    pub(in crate::cli) fn new(inner: Inner, verbose: u8) -> Self {
        WireLog { inner, verbose }
    }
}

impl<Inner: Http> Http for WireLog<Inner> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.logged(request, self.inner.send(request), |response| response.status).await })
    }

    fn probe<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Head, TransportError>> {
        Box::pin(async move { self.logged(request, self.inner.probe(request), |head| head.status).await })
    }

    fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Option<Reach>> {
        self.inner.reach(url)
    }

    fn presents_certificate(&self) -> bool {
        self.inner.presents_certificate()
    }
}

impl<Inner: Http> WireLog<Inner> {
    async fn logged<Answer>(
        &self,
        request: &Request,
        exchange: BoxFuture<'_, Result<Answer, TransportError>>,
        status: fn(&Answer) -> u16,
    ) -> Result<Answer, TransportError> {
        let started = Instant::now();
        let result = match environment::unreadable_proxy() {
            Some(failure) => Err(TransportError { stage: Stage::Unsendable, message: failure.to_string() }),
            None => exchange.await,
        };
        if self.verbose > 1 {
            let method = request.method().as_str();
            let outcome = match &result {
                Ok(answer) => status(answer).to_string(),
                Err(error) => plain(&error.message),
            };
            tell(format_args!("{method} {} {outcome} {} ms", plain(&request.url), started.elapsed().as_millis()));
        }
        result
    }
}
