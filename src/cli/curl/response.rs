//! Reads the headers of a response as `curl --dump-header` writes them.

use tokcache_core::oauth::Challenge;

/// An upper bound for the headers of one response, in bytes.
const LONGEST: usize = 262_144;

/// The meaning of the headers so far.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// The response is not complete yet.
    Unknown,
    /// The response is for the caller.
    Final,
    /// The server refuses the token, and says which one it wants.
    Challenged(Box<Challenge>),
}

/// The headers of a response that is being received.
#[derive(Debug, Default)]
pub(super) struct Headers {
    bytes: Vec<u8>,
}

impl Headers {
    /// Adds bytes, and judges the first response that is not an interim one (RFC 9110 §15.2).
    pub(super) fn add(&mut self, bytes: &[u8]) -> Verdict {
        self.bytes.extend_from_slice(bytes);
        while let Some(end) = end_of_block(&self.bytes) {
            let block = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
            self.bytes.drain(..end);
            match judge(&block) {
                Verdict::Unknown => {}
                verdict => return verdict,
            }
        }
        if self.bytes.len() > LONGEST { Verdict::Final } else { Verdict::Unknown }
    }
}

/// Returns the length of the first block with its empty line.
fn end_of_block(bytes: &[u8]) -> Option<usize> {
    let of = |end: &[u8]| bytes.windows(end.len()).position(|window| window == end).map(|at| at + end.len());
    of(b"\r\n\r\n").into_iter().chain(of(b"\n\n")).min()
}

fn judge(block: &str) -> Verdict {
    let mut lines = block.lines();
    let status = lines.next().and_then(|line| line.split_ascii_whitespace().nth(1)).unwrap_or_default();
    match status {
        status if status.starts_with('1') => Verdict::Unknown,
        "401" | "403" => {
            let values = lines.filter_map(|line| line.split_once(':'));
            let challenges = values.filter(|(name, _)| name.trim().eq_ignore_ascii_case("www-authenticate"));
            // Several headers are as good as one with commas (RFC 9110 §5.3).
            let all: Vec<_> = challenges.map(|(_, value)| value.trim()).collect();
            Challenge::parse(&all.join(", ")).map_or(Verdict::Final, |it| Verdict::Challenged(Box::new(it)))
        }
        _ => Verdict::Final,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_response_that_is_not_interim_decides_however_it_is_cut() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 401 \r\nwww-authenticate: Negotiate\r\n\
                    WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"b\"\r\n\r\n";
        let mut headers = Headers::default();
        let (last, before) = text.as_bytes().split_last().unwrap();
        assert!(before.iter().all(|byte| headers.add(&[*byte]) == Verdict::Unknown));
        let Verdict::Challenged(challenge) = headers.add(&[*last]) else { panic!("no challenge") };
        assert_eq!(challenge.scopes.to_string(), "b");
    }

    #[test]
    fn other_responses_are_for_the_caller() {
        for text in [
            "HTTP/1.1 200 OK\r\nWWW-Authenticate: Bearer scope=\"b\"\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: https://b/\r\n\r\nHTTP/1.1 401 no\r\nWWW-Authenticate: Bearer\r\n\r\n",
            "HTTP/1.1 401 no\r\n\r\n",
            "HTTP/1.1 403 no\r\nWWW-Authenticate: Basic\r\n\r\n",
            "nonsense\n\n",
        ] {
            assert_eq!(Headers::default().add(text.as_bytes()), Verdict::Final, "{text}");
        }
        assert_eq!(Headers::default().add(&[b'a'; LONGEST + 1]), Verdict::Final);
    }
}
