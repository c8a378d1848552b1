//! Three hosts with ten processes each, the host of the store, and the provider.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Replacement, Store};
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_testing::provider::{ISSUER, expired_sign_in};
use tokcache_testing::servers::{Host, Network, ProviderServer, wait_until};
use tokio::runtime::Runtime;

use crate::alice;
use crate::backend::{Backend, open};
use crate::member::{Answer, Member};

const HOSTS: usize = 3;
const PROCESSES_OF_A_HOST: usize = 10;

pub(crate) struct World {
    members: Vec<Member>,
    pub(crate) hosts: Vec<Host>,
    /// The host of the store.
    pub(crate) store_host: Host,
    pub(crate) provider: ProviderServer,
    store: Arc<dyn Store>,
    runtime: Runtime,
    _backend: Backend,
}

impl World {
    /// Signs alice in, with an access token that has expired, and starts the processes. The provider takes `time` for an
    /// answer.
    pub(crate) fn start(
        network: &mut Network,
        backend: fn(&Host) -> Backend,
        time: Duration,
        lease_time: Duration,
    ) -> Self {
        let store_host = network.host();
        let backend = backend(&store_host);
        let provider = ProviderServer::start_at(Network::TEST, time);
        let hosts: Vec<_> = (0..HOSTS).map(|_| network.host()).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let store = runtime.block_on(async {
            let store = open(&backend.url());
            let document = expired_sign_in(ISSUER);
            let replacement = Replacement { expected: None, bytes: &document, keep_until: None, fence: None };
            store.replace(&alice(), replacement).await.unwrap();
            store
        });
        let start = |host| Member::start(host, &backend.url(), &provider.address(), lease_time);
        let each = hosts.iter().flat_map(|host| std::iter::repeat_n(host, PROCESSES_OF_A_HOST));
        let members: Vec<_> = each.map(start).collect();
        members.iter().for_each(Member::wait_until_ready);
        World { members, hosts, store_host, provider, store, runtime, _backend: backend }
    }

    /// Lets all processes ask for alice's token. Returns the host of the process that asks the provider.
    pub(crate) fn begin(&mut self) -> usize {
        self.members.iter_mut().for_each(Member::go);
        wait_until("a process asks the provider", || self.provider.first_client().is_some());
        let holder = self.provider.first_client().unwrap().to_string();
        self.hosts.iter().position(|host| host.address() == holder).unwrap()
    }

    /// Waits until the provider has been sent so many refresh tokens.
    pub(crate) fn wait_for_requests(&self, number: usize) {
        wait_until("the refresh token is sent", || self.provider.rotation().requests() == number);
    }

    pub(crate) fn hosts_without(&self, host: usize) -> Vec<usize> {
        (0..self.hosts.len()).filter(|other| *other != host).collect()
    }

    fn members_of(host: usize) -> Range<usize> {
        host * PROCESSES_OF_A_HOST..(host + 1) * PROCESSES_OF_A_HOST
    }

    /// Stops all processes of a host.
    pub(crate) fn freeze(&self, host: usize) {
        let members = &self.members[World::members_of(host)];
        members.iter().for_each(|member| member.signal(Signal::STOP));
        wait_until("all threads are stopped", || members.iter().all(Member::is_stopped));
    }

    /// Lets the processes of a frozen host go on.
    pub(crate) fn thaw(&self, host: usize) {
        self.members[World::members_of(host)].iter().for_each(|member| member.signal(Signal::CONT));
    }

    /// Returns the answers of the processes of a host.
    pub(crate) fn answers_of(&self, host: usize) -> Vec<Answer> {
        self.members[World::members_of(host)].iter().map(Member::answer).collect()
    }

    /// Lets the processes of a host ask until they get a token, and returns the tokens.
    fn tokens_of(&mut self, host: usize) -> Vec<String> {
        let ask = |member: &mut Member| {
            let mut token = None;
            wait_until("a process gets a token", || {
                member.go();
                let answer = member.answer();
                assert!(answer.token.is_some() || answer.is_retryable, "{answer:?}");
                token = answer.token;
                token.is_some()
            });
            token.unwrap()
        };
        self.members[World::members_of(host)].iter_mut().map(ask).collect()
    }

    /// Checks that there were so many refreshes, that all processes get the token of the last one from now on, and that its
    /// refresh token is saved.
    pub(crate) fn assert_all_have(&mut self, number: usize) {
        for host in 0..HOSTS {
            assert_eq!(self.tokens_of(host), vec![format!("AT-{number}"); PROCESSES_OF_A_HOST], "host {host}");
        }
        let rotation = self.provider.rotation();
        assert_eq!((rotation.requests(), rotation.is_signed_in()), (number, true));
        assert_eq!(self.refresh_tokens(), [format!("RT-{number}")]);
    }

    /// Returns the secrets of the saved refresh tokens.
    fn refresh_tokens(&self) -> Vec<String> {
        let loaded = self.runtime.block_on(async { self.store.load(&alice()).await.unwrap().unwrap() });
        let cache = TokenCache::deserialize(&loaded.bytes).unwrap();
        cache.refresh_tokens().iter().map(|entry| entry.secret.expose().to_owned()).collect()
    }
}

/// Lets time pass.
pub(crate) fn pass(seconds: u64) {
    SystemClock::new().sleep(Duration::from_secs(seconds));
}
