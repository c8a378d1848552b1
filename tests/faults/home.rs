//! A home with a profile and a cache with an expired access token, so that the next run refreshes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use tokcache_core::cache::{Grant, Owner, SignIn, TokenCache};
use tokcache_core::oauth::Authority;
use tokcache_core::secret::{AccessToken, RefreshToken};
use tokcache_core::time::Timestamp;
use tokcache_core::types::{AuthorityType, ClientId, HomeAccountId, Realm, ScopeSet};

use crate::provider::Provider;
use crate::support::home::Home;

/// The begin of an encrypted file.
const SEALED: &[u8] = b"tokcache-sealed 1 ";

impl Home {
    /// Creates a home with the provider's first refresh token.
    pub(crate) fn at(provider: &Provider) -> Self {
        let mut home = Home::empty();
        home.set("TMPDIR", home.elsewhere());
        let authority = provider.authority();
        // The service for `--flow managed-identity`.
        home.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", &authority);
        fs::create_dir(home.path("config/profiles")).unwrap();
        home.write(
            "config/profiles/default.toml",
            format!(
                "authority = {authority:?}\nclient_id = \"app\"\nscopes = [\"notes\"]\n\
                 [learned]\nauthority = {authority:?}\nissuer = {authority:?}\n\
                 [learned.endpoints]\ntoken_endpoint = \"{authority}/token\"\n\
                 device_authorization_endpoint = \"{authority}/device\"\n\
                 revocation_endpoint = \"{authority}/revoke\"\n"
            ),
        );
        home.sign_in_again();
        home
    }

    /// Resets the cache to an expired access token and `RT-0`.
    pub(crate) fn sign_in_again(&self) {
        for folder in [self.state(), self.elsewhere()] {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(folder).unwrap();
        }
        self.write("state/token_cache.json", self.expired_cache());
    }

    /// Returns a cache with an expired access token and `RT-0`, both issued by the profile's authority.
    pub(crate) fn expired_cache(&self) -> Vec<u8> {
        let profile = fs::read_to_string(self.path("config/profiles/default.toml")).unwrap();
        let authority = profile.split('"').nth(1).unwrap();
        expired_cache(&Authority::parse(authority, None).unwrap())
    }

    /// Returns the folder of the cache.
    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Returns the folder for tokens that cannot be saved in the cache.
    pub(crate) fn elsewhere(&self) -> PathBuf {
        self.path("run")
    }

    /// Returns all files of this home that contain the text.
    pub(crate) fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            // Other processes create and remove files meanwhile.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    Ok(kind) if kind.is_file() => {
                        let mut bytes = fs::read(&path).unwrap_or_default();
                        // In an encrypted file, a short text can be there by chance.
                        if bytes.starts_with(SEALED) {
                            bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
                        }
                        found.extend(bytes.windows(text.len()).any(|part| part == text.as_bytes()).then_some(path));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Whether the cache is encrypted.
    pub(crate) fn is_sealed(&self) -> bool {
        fs::read(self.cache()).unwrap().starts_with(SEALED)
    }

    /// Returns the profile's setting for the encryption of the cache.
    pub(crate) fn promise(&self) -> Option<String> {
        let shown = fs::read_to_string(self.path("config/profiles/default.toml")).unwrap();
        assert!(!shown.contains("[converting]"), "a conversion is left in the profile: {shown}");
        shown.lines().find_map(|line| Some(line.strip_prefix("encrypt = ")?.trim_matches('"').to_owned()))
    }

    /// Returns a `key-file:` URL with this name.
    pub(crate) fn key_file(&self, name: &str) -> String {
        format!("key-file:{}", self.path(name).display())
    }

    pub(crate) fn mode(&self) -> u32 {
        fs::metadata(self.cache()).unwrap().mode() & 0o777
    }
}

fn expired_cache(authority: &Authority) -> Vec<u8> {
    let mut cache = TokenCache::new();
    let grant = Grant {
        sign_in: Some(SignIn {
            local_account_id: Some("uid".to_owned()),
            username: "jane".to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        refresh_token: Some(RefreshToken::new("RT-0")),
        ..Grant::new(
            ClientId::new("app"),
            authority.issuer(),
            Realm::new(""),
            Owner::User(HomeAccountId::new("uid.utid")),
            AccessToken::new("AT-0"),
            ScopeSet::parse("notes"),
            3600,
        )
    };
    cache.record(&grant, Timestamp(1_700_000_000));
    cache.serialize().as_bytes().to_vec()
}
