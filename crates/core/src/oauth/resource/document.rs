//! Reads one document of metadata.

use crate::oauth::client::exchange;
use crate::oauth::error::RequestError;
use crate::oauth::http::{Http, Response};
use crate::oauth::json::Members;
use crate::oauth::redaction::Secrets;
use crate::oauth::request::Request;
use crate::oauth::url::within_origin;

/// The maximum number of successive redirects.
const MOST_REDIRECTS: usize = 5;

/// The maximum length of a document in bytes. Real ones have some thousand.
const LONGEST_DOCUMENT: usize = 256 << 10;

/// Returns the JSON object at `url`; `None` if there is no such document. Follows redirects within the origin only,
/// because the answer of another origin proves nothing.
///
/// # Errors
/// An outage, or a document or a number of redirects beyond the limits.
pub(super) async fn document(http: &dyn Http, url: &str) -> Result<Option<Response>, RequestError> {
    let mut url = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let request = Request::get(&url);
        let response = match exchange(http, &request).await {
            Ok(response) => response.in_utf8(),
            Err(error) => return Err(RequestError::in_transit(error, &Secrets::none())),
        };
        if let Some(location) = response.location.as_deref().filter(|_| (300..400).contains(&response.status)) {
            let Some(next) = within_origin(&url, location) else { return Ok(None) };
            url = next;
            continue;
        }
        if response.body.len() > LONGEST_DOCUMENT {
            return Err(RequestError::WrongAuthority {
                message: format!("the metadata at {url} are longer than {} KiB", LONGEST_DOCUMENT >> 10),
            });
        }
        let is_document = response.status == 200 && Members::parse(&response.body).is_some();
        if is_document {
            return Ok(Some(response));
        }
        return match RequestError::of(&response, &Secrets::none()) {
            outage @ RequestError::Unavailable { .. } => Err(outage),
            _ => Ok(None),
        };
    }
    Err(RequestError::WrongAuthority {
        message: format!("more than {MOST_REDIRECTS} redirects, one after the other, at {url}"),
    })
}
