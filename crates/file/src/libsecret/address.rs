//! The address of a keyring item, and the signal file beside it.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::item::Item;

/// The part of a URL behind `libsecret:`.
pub(crate) struct Address {
    url: String,
    item: Item,
    signal: PathBuf,
}

impl Address {
    /// Parses the name of an azure-identity cache, or `SCHEMA?signal=PATH&label=TEXT&ATTRIBUTE=VALUE...`, URL-encoded.
    /// The path must be absolute.
    pub(crate) fn parse(text: &str, identity_service_folder: &Path) -> Option<Address> {
        let url = format!("libsecret:{text}");
        let Some((schema, query)) = text.split_once('?') else {
            let is_name = !text.is_empty() && !text.contains(['/', '%']);
            return is_name.then(|| Address {
                url,
                item: Item::of_azure_identity(text),
                signal: identity_service_folder.join(text),
            });
        };
        let (mut label, mut signal, mut attributes) = (String::new(), None, Vec::new());
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=')?;
            let (name, value) = (decoded(name)?, decoded(value)?);
            match name.as_str() {
                "label" => label = value,
                "signal" => signal = Some(PathBuf::from(value)),
                _ => attributes.push((name, value)),
            }
        }
        let schema = decoded(schema).filter(|schema| !schema.is_empty())?;
        let signal = signal.filter(|path| path.is_absolute())?;
        Some(Address { url, item: Item { schema, attributes, label }, signal })
    }

    /// Returns the URL as typed.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn item(&self) -> &Item {
        &self.item
    }

    /// Returns the file whose modification time signals changes. The locks are beside it.
    pub(crate) fn signal(&self) -> &Path {
        &self.signal
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Address> {
        Address::parse(text, Path::new("/home/.IdentityService"))
    }

    #[test]
    fn a_name_is_a_cache_of_azure_identity() {
        let address = parse("msal.cache.nocae").unwrap();
        assert_eq!(address.signal(), Path::new("/home/.IdentityService/msal.cache.nocae"));
        assert_eq!(address.item().schema, "msal.cache.nocae");
        let attributes = &address.item().attributes;
        assert_eq!(attributes, &[("MsalClientID".to_owned(), "Microsoft.Developer.IdentityService".to_owned())]);
    }

    #[test]
    fn any_item_can_be_written_out() {
        let address = parse("my.schema?signal=/a%20b/signal&label=My%26label&a=1&b=").unwrap();
        let Item { schema, attributes, label } = address.item();
        assert_eq!(
            (schema.as_str(), label.as_str(), address.signal()),
            ("my.schema", "My&label", Path::new("/a b/signal"))
        );
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(attributes, &[pair("a", "1"), pair("b", "")]);
    }

    #[test]
    fn what_names_no_item_or_no_file_is_refused() {
        for text in
            ["", "a/b", "../x", "schema?label=x", "schema?signal=relative", "?signal=/a", "schema?signal", "s?%ff=1"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
