//! Profiles: a profile that can be read is written so that it reads the same, and none of its endpoints is plain http,
//! except on loopback.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_fuzz::url::assert_secure;

#[allow(dead_code, reason = "the program uses all of it")]
#[path = "../../src/cli/settings/profile_format.rs"]
mod profile_format;

use profile_format::{EndpointNames, Profile};

fuzz_target!(|text: &str| {
    let Ok(profile) = Profile::parse(text) else { return };
    let written = profile.to_toml().expect("what was read can be written");
    assert_eq!(Profile::parse(&written).as_ref(), Ok(&profile), "{written}");
    for names in [&profile.endpoints, &profile.learned.endpoints] {
        let Ok(endpoints) = names.parse() else { continue };
        assert_eq!(EndpointNames::of(&endpoints), *names);
        for endpoint in [endpoints.token, endpoints.device_authorization, endpoints.revocation].iter().flatten() {
            assert_secure(endpoint.as_str());
        }
    }
});
