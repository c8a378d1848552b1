//! The providers that `login --provider` knows. Data only: `tests/providers/` includes this file and compares it with the
//! answers that the providers document.

/// The settings of a provider, except the client id. `login` writes them into the profile, so that a later version of
/// this table changes no profile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Preset {
    /// The value of `--provider`.
    pub(crate) name: &'static str,
    /// The name for people.
    pub(crate) title: &'static str,
    /// The authority. A flag in braces stands for its value; `{region}` is the first part of `--pool`.
    pub(crate) authority: &'static str,
    /// The flags in `authority`.
    pub(crate) inputs: &'static [Input],
    /// The path of the device authorization endpoint behind the authority, if the metadata do not name it.
    pub(crate) device_authorization_path: Option<&'static str>,
    /// The path of the token endpoint behind the authority, if the metadata do not name it.
    pub(crate) token_path: Option<&'static str>,
    /// Whether only the browser of the machine can sign in, because the provider has no device flow (RFC 8628).
    pub(crate) needs_browser: bool,
    /// The redirect URI to register, if the provider compares the port.
    pub(crate) redirect_uri: Option<&'static str>,
    /// The scopes to request if none is typed and the profile has none.
    pub(crate) scopes: &'static [&'static str],
    /// Whether the provider requires a secret of native clients too.
    pub(crate) needs_client_secret: bool,
}

/// A value that the user types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    pub(crate) flag: &'static str,
    /// The value if none is typed; `None` if the user must type one.
    pub(crate) default: Option<&'static str>,
    /// A placeholder or an example.
    pub(crate) example: &'static str,
}

const NONE: Preset = Preset {
    name: "",
    title: "",
    authority: "https://{host}",
    inputs: &[],
    device_authorization_path: None,
    token_path: None,
    needs_browser: false,
    redirect_uri: None,
    scopes: &[],
    needs_client_secret: false,
};

/// The host of a provider that has one host for each customer.
const fn own_host(example: &'static str) -> Input {
    Input { flag: "--host", default: None, example }
}

/// The host of a provider that most people use at the same host.
const fn common_host(host: &'static str) -> Input {
    Input { flag: "--host", default: Some(host), example: host }
}

/// All presets, by name.
pub(crate) const PRESETS: [Preset; 10] = [
    Preset { name: "auth0", title: "Auth0", inputs: &[own_host("TENANT.auth0.com")], ..NONE },
    Preset {
        name: "cognito",
        title: "AWS Cognito",
        authority: "https://cognito-idp.{region}.amazonaws.com/{pool}",
        inputs: &[Input { flag: "--pool", default: None, example: "eu-central-1_EXAMPLE1" }],
        needs_browser: true,
        redirect_uri: Some("http://localhost:8400/callback"),
        scopes: &["email"],
        ..NONE
    },
    Preset {
        name: "entra",
        title: "Microsoft Entra ID",
        // `--tenant` replaces `organizations`, as at any Entra authority.
        authority: "https://{host}/organizations",
        inputs: &[common_host("login.microsoftonline.com")],
        scopes: &["User.Read"],
        ..NONE
    },
    Preset {
        name: "github",
        title: "GitHub",
        inputs: &[common_host("github.com")],
        device_authorization_path: Some("/login/device/code"),
        token_path: Some("/login/oauth/access_token"),
        ..NONE
    },
    Preset {
        name: "gitlab",
        title: "GitLab",
        inputs: &[common_host("gitlab.com")],
        device_authorization_path: Some("/oauth/authorize_device"),
        scopes: &["read_user", "openid"],
        ..NONE
    },
    Preset {
        name: "google",
        title: "Google",
        authority: "https://accounts.google.com",
        scopes: &["email", "profile"],
        needs_client_secret: true,
        ..NONE
    },
    Preset {
        name: "huggingface",
        title: "Hugging Face",
        authority: "https://huggingface.co",
        scopes: &["profile"],
        ..NONE
    },
    Preset {
        name: "keycloak",
        title: "Keycloak",
        authority: "https://{host}/realms/{realm}",
        inputs: &[own_host("HOST"), Input { flag: "--realm", default: None, example: "REALM" }],
        ..NONE
    },
    Preset { name: "okta", title: "Okta", inputs: &[own_host("ORG.okta.com")], scopes: &["openid", "profile"], ..NONE },
    Preset {
        name: "salesforce",
        title: "Salesforce",
        inputs: &[common_host("login.salesforce.com")],
        needs_browser: true,
        redirect_uri: Some("http://localhost:8400/callback"),
        scopes: &["api"],
        ..NONE
    },
];

impl Preset {
    /// Returns the authority with the values that were typed. Inputs without a value and a default are left out.
    pub(crate) fn authority(&self, typed: impl Fn(&str) -> Option<String>) -> String {
        let mut authority = self.authority.to_owned();
        for input in self.inputs {
            let value = typed(input.flag).or(input.default.map(str::to_owned)).unwrap_or_default();
            if input.flag == "--pool" {
                authority = authority.replace("{region}", value.split('_').next().unwrap_or_default());
            }
            authority = authority.replace(&format!("{{{}}}", input.flag.trim_start_matches('-')), &value);
        }
        authority
    }

    /// Returns the device authorization endpoint and the token endpoint that the metadata do not name.
    pub(crate) fn endpoints(&self, authority: &str) -> [Option<String>; 2] {
        let behind = |path: &str| format!("{}{path}", authority.trim_end_matches('/'));
        [self.device_authorization_path.map(behind), self.token_path.map(behind)]
    }
}
