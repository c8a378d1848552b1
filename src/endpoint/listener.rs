//! Accepts connections on a loopback address or a Unix socket, and finds out which user has opened them.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use tokcache_http::user_of_peer;

/// A byte stream to a client.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<Any: AsyncRead + AsyncWrite + Send + Unpin> Stream for Any {}

/// The user at the other end of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Peer {
    /// This user, or root.
    Own,
    /// Another user.
    Other,
    /// The system does not tell.
    Unknown,
}

/// A listening socket.
pub(crate) enum Listener {
    /// A loopback address.
    Tcp { listener: TcpListener, port: u16, user: Option<u32> },
    /// A Unix socket that only this user can open.
    #[cfg(unix)]
    Unix { listener: tokio::net::UnixListener, _file: unix::SocketFile, user: Option<u32> },
}

impl Listener {
    /// Listens on 127.0.0.1; on a free port if `port` is 0.
    pub(crate) async fn tcp(port: u16) -> io::Result<Listener> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Listener::Tcp { listener, port, user: own_user() })
    }

    /// Listens on a Unix socket, which is deleted on drop. Replaces a socket on which nobody listens.
    #[cfg(unix)]
    pub(crate) fn unix(path: &Path) -> io::Result<Listener> {
        let (listener, file) = unix::bind(path)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::UnixListener::from_std(listener)?;
        Ok(Listener::Unix { listener, _file: file, user: own_user() })
    }

    /// Fails: tokcache supports no Unix sockets on this system.
    #[cfg(not(unix))]
    pub(crate) fn unix(_path: &Path) -> io::Result<Listener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the port; `None` for a Unix socket.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Listener::Tcp { port, .. } => Some(*port),
            #[cfg(unix)]
            Listener::Unix { .. } => None,
        }
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<(Box<dyn Stream>, Peer)> {
        match self {
            Listener::Tcp { listener, user, .. } => {
                let (stream, address) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let peer = user_of_peer(address, stream.local_addr()?);
                Ok((Box::new(stream), judge(peer, *user)))
            }
            #[cfg(unix)]
            Listener::Unix { listener, user, .. } => {
                let (stream, _) = listener.accept().await?;
                let peer = stream.peer_cred().ok().map(|credentials| credentials.uid());
                Ok((Box::new(stream), judge(peer, *user)))
            }
        }
    }
}

/// Compares the user of a connection with this one. Root can read this process's memory anyway.
fn judge(peer: Option<u32>, own: Option<u32>) -> Peer {
    match (peer, own) {
        (Some(peer), Some(own)) if peer == own || peer == 0 => Peer::Own,
        (Some(_), Some(_)) => Peer::Other,
        _ => Peer::Unknown,
    }
}

#[cfg(unix)]
fn own_user() -> Option<u32> {
    tokcache_file::platform::own_user()
}

#[cfg(not(unix))]
fn own_user() -> Option<u32> {
    None
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};

    /// A socket's name, deleted on drop unless it belongs to another socket by then.
    pub(crate) struct SocketFile {
        path: PathBuf,
        identity: (u64, u64),
    }

    impl Drop for SocketFile {
        fn drop(&mut self) {
            if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
                // The next start replaces a socket that is left behind.
                let _ = fs::remove_file(&self.path);
            }
        }
    }

    fn identity(path: &Path) -> io::Result<(u64, u64)> {
        fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
    }

    /// Binds in a private folder beside `path` and renames, so that nobody can connect before the mode is set.
    pub(super) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
        ensure_free(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let private = tempfile::Builder::new().prefix(".tokcache").tempdir_in(folder)?;
        let first = private.path().join("s");
        let listener = UnixListener::bind(&first)?;
        fs::set_permissions(&first, Permissions::from_mode(0o600))?;
        let identity = identity(&first)?;
        fs::rename(&first, path)?;
        Ok((listener, SocketFile { path: path.to_owned(), identity }))
    }

    fn ensure_free(path: &Path) -> io::Result<()> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(file) if !file.file_type().is_socket() => Err(io::Error::other("it exists and is not a socket")),
            Ok(_) => match UnixStream::connect(path) {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
                Ok(_) => Err(io::Error::new(ErrorKind::AddrInUse, "another process listens on it")),
                Err(error) => Err(error),
            },
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_socket_is_private_and_deleted_and_replaces_only_a_dead_one() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("socket");
            let (listener, file) = bind(&path).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(bind(&path).map(|_| ()).unwrap_err().kind(), ErrorKind::AddrInUse);
            drop(listener);
            let (_listener, second) = bind(&path).unwrap();
            drop(file);
            assert!(path.exists(), "the name belongs to another socket");
            drop(second);
            assert!(!path.exists());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
            fs::create_dir(&path).unwrap();
            assert!(bind(&path).is_err());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_user_and_root_are_let_in() {
        assert_eq!(judge(Some(1000), Some(1000)), Peer::Own);
        assert_eq!(judge(Some(0), Some(1000)), Peer::Own);
        assert_eq!(judge(Some(1001), Some(1000)), Peer::Other);
        assert_eq!(judge(Some(1000), Some(0)), Peer::Other);
        assert_eq!(judge(None, Some(1000)), Peer::Unknown);
    }
}
