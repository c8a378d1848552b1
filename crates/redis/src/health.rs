//! The settings of a server that decide whether sign-ins survive.

use std::collections::HashMap;
use std::fmt;

use redis::{cmd, from_redis_value};

use crate::error::{Error, ErrorKind};
use crate::link::Link;
use crate::scan::{Primary, primaries, query};

/// The first version of Redis with `SET … PXAT`.
const OLDEST: (u32, u32) = (6, 2);

/// The facts that one server reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Health {
    /// The server: the URL without a password, or `HOST:PORT` of a node of a cluster.
    pub server: String,
    /// `redis` or `valkey`, or another name that the server gives itself.
    pub software: String,
    /// The version of the software.
    pub version: String,
    /// The version of Redis that the server is compatible with.
    pub redis_version: String,
    /// The `maxmemory-policy`.
    pub eviction_policy: String,
    /// The part of the data that survives a restart.
    pub persistence: Persistence,
}

/// The documents that survive a restart of the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Persistence {
    /// All of them, or all but those of the last second: see `appendfsync`.
    AppendOnlyFile,
    /// Those of the last snapshot.
    Snapshots,
    /// None.
    Nothing,
    /// Unknown: the user must not run `CONFIG GET save`.
    Unknown,
}

/// A setting that signs users out. The text says how to change it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HealthWarning {
    /// The server deletes documents when its memory is full.
    Eviction {
        /// The `maxmemory-policy`.
        policy: String,
    },
    /// A restart deletes all documents.
    NoPersistence,
    /// A crash deletes the newest documents.
    OnlySnapshots,
    /// The server lacks a command that the store needs.
    TooOld {
        /// The version of Redis that the server is compatible with.
        version: String,
    },
}

impl Health {
    /// Returns the settings that sign users out.
    pub fn warnings(&self) -> Vec<HealthWarning> {
        let mut warnings = Vec::new();
        if self.eviction_policy != "noeviction" {
            warnings.push(HealthWarning::Eviction { policy: self.eviction_policy.clone() });
        }
        match self.persistence {
            Persistence::Nothing => warnings.push(HealthWarning::NoPersistence),
            Persistence::Snapshots => warnings.push(HealthWarning::OnlySnapshots),
            Persistence::AppendOnlyFile | Persistence::Unknown => {}
        }
        let mut numbers = self.redis_version.split('.').map(|number| number.parse().unwrap_or_default());
        if (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) < OLDEST {
            warnings.push(HealthWarning::TooOld { version: self.redis_version.clone() });
        }
        warnings
    }
}

impl fmt::Display for HealthWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HealthWarning::Eviction { policy } => write!(
                formatter,
                "maxmemory-policy is {policy}: users are signed out when the memory is full; set it to noeviction"
            ),
            HealthWarning::NoPersistence => formatter.write_str(
                "the server saves nothing (save \"\", appendonly no): a restart signs out everybody; set appendonly to yes",
            ),
            HealthWarning::OnlySnapshots => formatter.write_str(
                "the server saves only snapshots (appendonly no): a crash signs out users whose refresh token was \
                 rotated since the last one; set appendonly to yes",
            ),
            HealthWarning::TooOld { version } => {
                let (major, minor) = OLDEST;
                write!(formatter, "version {version} is too old: Redis {major}.{minor} or later is needed, or Valkey")
            }
        }
    }
}

pub(crate) async fn ask(link: &Link) -> Result<Vec<Health>, Error> {
    let mut health = Vec::new();
    for primary in primaries(link).await? {
        health.push(ask_one(link, &primary).await?);
    }
    Ok(health)
}

async fn ask_one(link: &Link, primary: &Primary) -> Result<Health, Error> {
    let info = query(link, primary, &cmd("INFO")).await?;
    let info: String = from_redis_value(info).map_err(|_| link.unexpected())?;
    let info: HashMap<&str, &str> = info.lines().filter_map(|line| line.split_once(':')).collect();
    let text = |name: &str| info.get(name).copied().map(str::to_owned);
    let redis_version = text("redis_version").ok_or_else(|| link.unexpected())?;
    let software = text("server_name").unwrap_or_else(|| "redis".to_owned());
    let persistence = match text("aof_enabled").as_deref() {
        Some("1") => Persistence::AppendOnlyFile,
        _ => snapshots(link, primary).await?,
    };
    Ok(Health {
        server: if primary.name.is_empty() { link.server().to_owned() } else { primary.name.clone() },
        version: text(&format!("{software}_version")).unwrap_or_else(|| redis_version.clone()),
        software,
        redis_version,
        eviction_policy: text("maxmemory_policy").unwrap_or_else(|| "unknown".to_owned()),
        persistence,
    })
}

/// Asks for the snapshots. Managed services often refuse `CONFIG`.
async fn snapshots(link: &Link, primary: &Primary) -> Result<Persistence, Error> {
    let mut get = cmd("CONFIG");
    get.arg("GET").arg("save");
    let answer = match query(link, primary, &get).await {
        Err(error) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Server) => return Ok(Persistence::Unknown),
        answer => answer?,
    };
    match from_redis_value::<Vec<String>>(answer).map_err(|_| link.unexpected())?.get(1) {
        Some(times) if times.is_empty() => Ok(Persistence::Nothing),
        Some(_) => Ok(Persistence::Snapshots),
        None => Ok(Persistence::Unknown),
    }
}
