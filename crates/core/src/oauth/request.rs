//! An HTTP request as a value, for any transport.

use super::field::FieldValue;
use super::form::Form;
use super::url::{AuthorityError, parse_link_local, parse_secure};
use http::Uri;

/// A request. `Debug` omits its secrets, so that a transport may log it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// An absolute URL: https, or http on a loopback host. It contains no secret (RFC 6749 §2.3.1). Transports refuse
    /// any other URL ([`secure_url`](Request::secure_url)).
    pub url: String,
    /// The body.
    pub body: Body,
    /// Additional headers. Every transport sends `Accept: application/json`, `Host`, `User-Agent` and
    /// [`Body::content_type`] by itself.
    pub headers: Vec<(&'static str, FieldValue)>,
    /// Whether the request is to a service of the platform that this machine runs on. Only such a request may go to http
    /// on a link-local address, where cloud platforms have their metadata services.
    pub is_to_platform: bool,
}

/// The body of a request, which decides its method.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Body {
    /// No body; the method is GET.
    None,
    /// A form; the method is POST.
    Form(Form),
    /// A JSON document without secrets; the method is POST.
    Json(String),
}

/// The method of a request (RFC 9110 §9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

impl Request {
    /// Returns a request for a document.
    pub fn get(url: impl Into<String>) -> Request {
        Request { url: url.into(), body: Body::None, headers: Vec::new(), is_to_platform: false }
    }

    /// Returns a request that sends a form.
    pub fn post_form(url: impl Into<String>, form: Form) -> Request {
        Request { url: url.into(), body: Body::Form(form), headers: Vec::new(), is_to_platform: false }
    }

    /// Parses the URL.
    ///
    /// # Errors
    /// The text is not a URL, or others could read the request.
    pub fn secure_url(&self) -> Result<Uri, AuthorityError> {
        match parse_secure(&self.url) {
            Err(AuthorityError::Insecure { .. }) if self.is_to_platform => parse_link_local(&self.url),
            url => url,
        }
    }

    /// Returns the method.
    pub fn method(&self) -> Method {
        match self.body {
            Body::None => Method::Get,
            Body::Form(_) | Body::Json(_) => Method::Post,
        }
    }

    /// Returns the form, if the request sends one.
    pub fn form(&self) -> Option<&Form> {
        match &self.body {
            Body::None | Body::Json(_) => None,
            Body::Form(form) => Some(form),
        }
    }
}

impl Body {
    /// Returns the `Content-Type` of the body.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Body::None => None,
            Body::Form(_) => Some("application/x-www-form-urlencoded"),
            Body::Json(_) => Some("application/json"),
        }
    }
}

impl Method {
    /// Returns the name of the method.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::RefreshToken;

    #[test]
    fn a_request_prints_without_its_secrets() {
        let mut form = Form::new();
        form.secret("token", &RefreshToken::new("canary"));
        form.public("scope", "read");
        let mut request = Request::post_form("https://idp.example.com/token", form);
        request.headers.push(("Authorization", FieldValue::secret(&RefreshToken::new("Basic canary"))));
        let printed = format!("{request:?}");
        assert!(printed.contains("read") && !printed.contains("canary"), "{printed}");
    }

    #[test]
    fn the_method_follows_from_the_body() {
        let get = Request::get("https://idp.example.com");
        let post = Request::post_form("https://idp.example.com", Form::new());
        assert_eq!((get.method().as_str(), get.body.content_type()), ("GET", None));
        assert_eq!(post.method().as_str(), "POST");
        assert_eq!(post.body.content_type(), Some("application/x-www-form-urlencoded"));
        assert!(get.form().is_none() && post.form().is_some());
    }
}
