//! Signing out at the provider, OpenID Connect RP-Initiated Logout 1.0: the URL that a web app sends the browser to.

use zeroize::Zeroizing;

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::message::{ClientContext, add_parameters};
use crate::secret::RawIdToken;

/// Asks the provider, through the browser, to end the person's session there. The cache does not change.
#[derive(Clone, Copy, Debug)]
pub struct EndSessionRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `id_token_hint`: an ID token of the session. Many providers ask the person if it is missing.
    pub id_token_hint: Option<&'a RawIdToken>,
    /// `logout_hint`: the user name of the session; for Entra ID the claim `login_hint`.
    pub logout_hint: Option<&'a str>,
    /// `post_logout_redirect_uri`: the next address for the browser. It must be registered at the provider.
    pub post_logout_redirect_uri: Option<&'a str>,
    /// `state`: a value that the provider adds to that address.
    pub state: Option<&'a str>,
    /// Further parameters, such as `ui_locales`. They are public and must not contain secrets.
    pub parameters: &'a [(String, String)],
}

impl EndSessionRequest<'_> {
    /// Returns the URL. It contains the ID token, so it must not be logged.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if the provider has no such endpoint.
    pub fn url(&self) -> Result<Zeroizing<String>, RequestError> {
        let mut form = Form::new();
        if let Some(id_token) = self.id_token_hint {
            form.secret("id_token_hint", id_token);
        }
        let further = [
            ("logout_hint", self.logout_hint),
            ("client_id", Some(self.client.client_id.as_str())),
            ("post_logout_redirect_uri", self.post_logout_redirect_uri),
            ("state", self.state),
        ];
        for (name, value) in further {
            value.into_iter().for_each(|value| form.public(name, value));
        }
        add_parameters(&mut form, self.parameters);
        Ok(self.client.require_endpoint(EndpointKind::EndSession)?.with_query(&form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::endpoint::Endpoints;
    use crate::oauth::mock_http::Provider;

    #[test]
    fn the_url_names_the_session_and_where_to_go_then() {
        let provider = Provider::new("https://idp.example.com");
        let id_token = RawIdToken::new("e30.canary.c2ln");
        let bare = EndSessionRequest {
            client: provider.client(),
            id_token_hint: None,
            logout_hint: None,
            post_logout_redirect_uri: None,
            state: None,
            parameters: &[],
        };
        assert_eq!(*bare.url().unwrap(), "https://idp.example.com/logout?client_id=app");
        let full = EndSessionRequest {
            id_token_hint: Some(&id_token),
            logout_hint: Some("ann"),
            post_logout_redirect_uri: Some("https://app.example.com/bye"),
            state: Some("s/1"),
            parameters: &[("ui_locales".to_owned(), "de".to_owned())],
            ..bare
        };
        assert_eq!(
            *full.url().unwrap(),
            "https://idp.example.com/logout?id_token_hint=e30.canary.c2ln&logout_hint=ann&client_id=app\
             &post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye&state=s%2F1&ui_locales=de"
        );
        assert!(!format!("{full:?}").contains("canary"));
        let endpoints = &Endpoints::default();
        let client = ClientContext { endpoints, ..provider.client() };
        let error = EndSessionRequest { client, ..full }.url().unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "end_session_endpoint" });
    }
}
