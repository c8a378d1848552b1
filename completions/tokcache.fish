# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tokcache_global_optspecs
    string join \n profile= for= authority= account= authority-kind= client-id= client-capabilities= store= encrypt= key-cache= config-dir= ca-file= flow= client-secret-file= client-secret-variable= client-secret-keyring client-secret-fd= client-certificate= client-key= client-cert= client-certificate-password-file= client-certificate-password-variable= client-certificate-password-fd= federated-token-file= federated-token-command= federated-token-source= federated-token-audience= client-auth-method= timeout= lock-timeout= error-format= v/verbose h/help V/version
end

function __fish_tokcache_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tokcache_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tokcache_using_subcommand
    set -l cmd (__fish_tokcache_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tokcache -n "__fish_tokcache_needs_command" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_needs_command" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_needs_command" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_needs_command" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_needs_command" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_needs_command" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_needs_command" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_needs_command" -s V -l version -d 'Print version'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "login" -d 'Sign in with a code, or through the browser, and save the settings as a profile'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "token" -d 'Print a valid access token from the cache, refreshed if necessary'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "status" -d 'Show who is signed in with each profile, and until when; exit status 4 if nobody is'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "list" -d 'Show the accounts and their tokens, without any secret'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "clear" -d 'Sign out: delete the tokens, and revoke them if the provider can'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "exec" -d 'Run a program with a token in its environment, in a file or on a descriptor'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "curl" -d 'Run curl with the token in the Authorization header'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "serve" -d 'Give tokens to Azure SDKs on this machine, as a managed identity does'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "proxy" -d 'Forward requests to one server, with a token added'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "explain" -d 'Show which token `token` would use, and why, without the network'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "doctor" -d 'Check the settings, the cache, the provider and the sign-in'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "credential" -d 'Hand a token to git, kubectl, docker or another program that asks'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "configure" -d 'Let git, kubectl, docker or another program ask tokcache for tokens'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "unconfigure" -d 'Take back the change of `configure`'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "profile" -d 'Manage profiles: settings saved under a name'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "cache" -d 'Manage the cache'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c tokcache -n "__fish_tokcache_needs_command" -f -a "help" -d 'Show help on a command or a topic'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l provider -d 'A provider that tokcache knows, instead of --authority and the flags that the provider needs' -r -f -a "auth0\t'Auth0'
cognito\t'AWS Cognito'
entra\t'Microsoft Entra ID'
github\t'GitHub'
gitlab\t'GitLab'
google\t'Google'
huggingface\t'Hugging Face'
keycloak\t'Keycloak'
okta\t'Okta'
salesforce\t'Salesforce'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l host -d 'With --provider: the host, such as ORG.okta.com, TENANT.auth0.com or that of a server of your own' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l cloud -d 'With --provider entra: the cloud of the tenant [default: public]' -r -f -a "china\t'Azure operated by 21Vianet'
public\t'The global cloud'
usgov\t'Azure Government of the USA'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l realm -d 'With --provider keycloak: the realm' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l pool -d 'With --provider cognito: the id of the user pool, such as eu-central-1_EXAMPLE1' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l tenant -d 'The tenant of an Entra authority: a GUID, a domain, organizations, common or consumers' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l redirect-uri -d 'The address that the browser returns to: http on 127.0.0.1, ::1 or localhost, without a port for any free one; saved in the profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l redirect-port -d 'The port that the browser returns to, if the provider requires one; saved in the profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l response-mode -d 'With a browser: the form in which it returns; saved in the profile [default: query]' -r -f -a "query\t'With the parameters in the URL'
form_post\t'With a form that the page posts'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l sign-in-timeout -d 'Time limit for the whole sign-in [default: until the code expires; 15m with a browser]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l claims -d 'A claims challenge, in JSON' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l challenge -d 'With --for: the WWW-Authenticate header of the resource, which names the scopes to sign in for' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-id-url -d 'With --for: the URL of a document that describes the client, for servers that accept one as the client id' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l identity-profile -d 'With --flow identity-assertion: the profile of the identity provider whose ID token vouches for the user; saved in the profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l identity-token-file -d 'With --identity-profile: the file with the ID token, instead of a sign-in with that profile; saved in the profile' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l device-authorization-endpoint -d 'The device authorization endpoint, if the provider\'s metadata do not name it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l authorization-endpoint -d 'The authorization endpoint, if the provider\'s metadata do not name it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l token-endpoint -d 'The token endpoint, if the provider\'s metadata do not name it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l revocation-endpoint -d 'The revocation endpoint, if the provider\'s metadata do not name it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l no-offline-access -d 'Do not request the scope offline_access, which some providers refuse; saved in the profile'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l offline-access -d 'Request offline_access again, although the profile says not to'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l browser -d 'Sign in through the browser of this machine: short for --flow browser'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l no-browser -d 'Sign in through a browser of this machine, but print the address instead of opening it'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l par -d 'With a browser: push the request to the provider first (RFC 9126), even if its metadata do not demand it; saved in the profile'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l replace -d 'Replace the scopes of the profile instead of adding to them, and let another account take the profile over; with --for, also register a new client'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l qr -d 'With a code: show the address as a QR code too'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l clipboard -d 'With a code: copy the code into the clipboard'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l open -d 'With a code: open the page in the browser of this machine'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l min-valid -d 'How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l tenant -d 'Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l claims -d 'A claims challenge, in JSON; ignores cached access tokens' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l assertion-file -d 'Get a token on behalf of the user whose access token is in this file; - is standard input' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l challenge -d 'The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -s o -l output -d 'The output format' -r -f -a "az\t'The object of `az account get-access-token`'
azd\t'The object of `azd auth token`'
cmd\t'`set "ACCESS_TOKEN=…"`, for cmd.exe'
curl-config\t'A line for `curl --config -`'
env\t'`export ACCESS_TOKEN=…`, for a POSIX shell'
exec-credential\t'The object that kubectl wants from a credential plugin'
fish\t'`set -gx ACCESS_TOKEN …`'
github-actions\t'The command that masks the token in the log of GitHub Actions; sets ACCESS_TOKEN for the next steps'
header\t'`Authorization: Bearer …`'
json\t'One line of JSON with the expiry, the scopes and the account'
netrc\t'A line for each host of the profile, for `curl --netrc-file`'
nu\t'A record for `from nuon | load-env` in Nushell'
powershell\t'`$env:ACCESS_TOKEN = …`'
token\t'The token and a line break'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l sign-in-timeout -d 'Time limit for the whole sign-in [default: until the code expires]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l force-refresh -d 'Ignore cached access tokens and get a new one'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l offline -d 'Never use the network'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l login -d 'Ask a person to sign in if there is no other way to get a token'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
table\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l revocation-endpoint -d 'The revocation endpoint, if the provider\'s metadata do not name it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l all -d 'Delete everything in the cache, of all clients'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l no-revoke -d 'Do not revoke the tokens at the server'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -s y -l yes -d 'Do not ask for confirmation'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l min-valid -d 'How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l tenant -d 'Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l claims -d 'A claims challenge, in JSON; ignores cached access tokens' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l assertion-file -d 'Get a token on behalf of the user whose access token is in this file; - is standard input' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l challenge -d 'The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l env -d 'The environment variable for the token [default: ACCESS_TOKEN] or, with --token-file, for the path of the file [default: ACCESS_TOKEN_FILE]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l token-file -d 'Put the token into a file in place of a variable, and replace it before it expires, until the program ends; without a PATH, in a private temporary folder' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l token-fd -d 'Hand the token over on this file descriptor in place of a variable; 0 is the standard input of the program' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l as -d 'Give the program an address to get tokens from as often as it needs them, instead of one token' -r -f -a "managed-identity\t'The endpoint of `tokcache serve`, for Azure SDKs, Terraform and AzCopy'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l force-refresh -d 'Ignore cached access tokens and get a new one'
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l offline -d 'Never use the network'
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l min-valid -d 'How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l tenant -d 'Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l claims -d 'A claims challenge, in JSON; ignores cached access tokens' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l assertion-file -d 'Get a token on behalf of the user whose access token is in this file; - is standard input' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l challenge -d 'The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l force-refresh -d 'Ignore cached access tokens and get a new one'
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l offline -d 'Never use the network'
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand curl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l resource -d 'An API that programs may get tokens for; repeatable' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l scope -d 'A scope that programs may get, by the name of its API or its own name; repeatable [default: the profile\'s]' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -s o -l output -d 'The format of the variables that are printed' -r -f -a "dotenv\t'`NAME=VALUE`, for `docker run --env-file`'
env\t'`export NAME=VALUE`, for a POSIX shell'
fish\t'`set -gx NAME VALUE`'
json\t'One line of JSON'
powershell\t'`$env:NAME = VALUE`'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l port -d 'The port on 127.0.0.1 [default: a free one]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l socket -d 'Listen on a Unix socket with mode 0600 instead, for example to mount it into a container' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l duration -d 'End after this time, at most a day [default: 8h; with COMMAND, when it ends]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l allow-scope -d 'A further scope to request if the server demands it (403 insufficient_scope); repeatable' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l env -d 'The environment variable for the address of the proxy, for COMMAND' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l port -d 'The port on 127.0.0.1 [default: a free one]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l socket -d 'Listen on a Unix socket with mode 0600 instead, for example to mount it into a container' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l duration -d 'End after this time, at most a day [default: 8h; with COMMAND, when it ends]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l no-secret -d 'Let every program of this user through, not only those that know the address (Linux)'
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand proxy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l min-valid -d 'How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l tenant -d 'Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l claims -d 'A claims challenge, in JSON; ignores cached access tokens' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l assertion-file -d 'Get a token on behalf of the user whose access token is in this file; - is standard input' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l challenge -d 'The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l force-refresh -d 'Ignore cached access tokens and get a new one'
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l offline -d 'Never use the network'
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l offline -d 'Leave out the checks that send a request'
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l host -d 'A host that may get the token, as HOST or HOST:PORT; repeatable [default: the hosts of the profile]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l min-valid -d 'How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l tenant -d 'Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l claims -d 'A claims challenge, in JSON; ignores cached access tokens' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l assertion-file -d 'Get a token on behalf of the user whose access token is in this file; - is standard input' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l challenge -d 'The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l username -d 'The user name to send with the token [default: oauth2; for xoauth2, that of the account]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l authtype -d 'git: how to send the token [default: bearer if the server and git support it, else basic]' -r -f -a "basic\t'As the password of basic authentication'
bearer\t'As a bearer token, with git 2.46 and later'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l role-arn -d 'aws: the role to assume' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l role-session-name -d 'aws: the name of the session, which the logs of AWS show' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l role-duration -d 'aws: how long the credentials are valid [default: that of the role, usually 1h]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l region -d 'aws: the region whose STS to ask [default: the global STS]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l sts-endpoint -d 'aws: the URL of another STS' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l mode -d 'As the keyring program has it' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l force-refresh -d 'Ignore cached access tokens and get a new one'
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l offline -d 'Never use the network'
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand credential" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l host -d 'A host that gets the tokens, as HOST, HOST:PORT or a URL; repeatable' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l name -d 'cargo: the name of the registry; aws: the name of the AWS profile; kubernetes: the name of the user; msmtp: the name of the account; claude-code and codex: the name of the server [default: for a server, its host; else tokcache-PROFILE]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l scope -d 'A scope for the tokens; repeatable [default: the scopes of the profile]' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l resource -d 'The API that the tokens are for' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l index -d 'cargo: the URL of the registry\'s index, if cargo does not know the registry' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l base-url -d 'codex, with --model: the URL of the gateway\'s API, if Codex does not know the gateway' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l role-arn -d 'aws: the role to assume' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l workload-identity-provider -d 'google: the full name of the provider in the workload identity pool, if there is no file of credentials' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l service-account -d 'google: the service account to impersonate [default: none]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l username -d 'msmtp: the mailbox, if msmtp does not know the account' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l model -d 'claude-code and codex: the tokens are for a model gateway, not for an MCP server'
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l write -d 'Change the files; without the flag, the change is only shown'
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand configure" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l host -d 'A host that gets the tokens, as HOST, HOST:PORT or a URL; repeatable' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l name -d 'cargo: the name of the registry; aws: the name of the AWS profile; kubernetes: the name of the user; msmtp: the name of the account; claude-code and codex: the name of the server [default: for a server, its host; else tokcache-PROFILE]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l model -d 'claude-code and codex: the tokens are for a model gateway, not for an MCP server'
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l write -d 'Change the files; without the flag, the change is only shown'
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand unconfigure" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "list" -d 'Print the names of the profiles'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "show" -d 'Print the settings of a profile, as TOML'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "set" -d 'Change settings without signing in: --authority, --authority-kind, --client-id, --flow, --store, --encrypt, --key-cache, --ca-file, --account, those of a credential, and the options of this command'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "trust" -d 'Trust the .tokcache.toml of this folder, so that commands here use the profile that it names; read it first'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "untrust" -d 'Trust a .tokcache.toml no longer'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "secret" -d 'Save the client secret of a profile in the system\'s keyring; it is asked for, or read from standard input'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and not __fish_seen_subcommand_from list show set trust untrust secret remove" -f -a "remove" -d 'Delete a profile; the tokens stay in the cache, unless --sign-out is given'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l scope -d 'A scope that the token must have; repeat the flag, or separate several scopes with spaces' -r -f -a "(__tokcache_values scopes)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l resource -d 'The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l audience -d 'The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l param -d 'Another parameter for the provider; repeatable. A token is served only to requests with the same parameters' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l lifetime -d 'How long to serve a token that has no lifetime [default: until it is revoked]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l host -d 'A host that `curl` and `proxy` may send the token to: HOST, HOST:PORT or *.DOMAIN; repeat the flag for several hosts' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l helper-host -d 'A host that gets tokens of the profile through `tokcache credential`, as HOST or HOST:PORT; repeatable, and replaces the hosts of the profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l no-account -d 'Remove the account from the profile: it then means the only account that is signed in'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l no-offline-access -d 'Do not request the scope offline_access, which some providers refuse; saved in the profile'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l offline-access -d 'Request offline_access again, although the profile says not to'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l no-host -d 'Remove the hosts from the profile: `curl` and `proxy` may send the token to any host'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from trust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from untrust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l remove -d 'Remove the secret from the keyring and the profile'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l sign-out -d 'Sign out the account of the profile first, as `clear` does'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask for confirmation'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "path" -d 'Print where the cache is'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "check" -d 'Check the whole cache, and report what is damaged'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "copy" -d 'Copy the tokens to another store; the same command continues a copy that was interrupted'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "password" -d 'Save the password of a shared store\'s server in the keyring, for a URL with ?password-from=keyring'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "encrypt" -d 'Encrypt a plain cache with the key that --encrypt names'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "decrypt" -d 'Remove the encryption of the cache'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and not __fish_seen_subcommand_from path check copy password encrypt decrypt rekey" -f -a "rekey" -d 'Change the key of the cache: to the one that --encrypt names, or to a new one in the same place'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -s o -l output -d 'The output format' -r -f -a "json\t'One line of JSON'
text\t'Text for people'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l repair -d 'Save the intact entries of a damaged cache, and leave the damaged file beside it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l to -d 'The other store, as for --store' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l to-encrypt -d 'The key of the other store, as for --encrypt [default: leave it as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l remove -d 'Remove the password from the keyring'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from encrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from decrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l new-passphrase-file -d 'Read the new passphrase from this file instead of asking for it' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l moved -d 'Accept a cache that was moved: bind it to its new path'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand cache; and __fish_seen_subcommand_from rekey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l profile -d 'The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]' -r -f -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l for -d 'The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l authority -d 'The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l account -d 'The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile\'s account, or the only one that is signed in]' -r -f -a "(__tokcache_values accounts)"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l authority-kind -d 'The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]' -r -f -a "adfs\t'Active Directory Federation Services'
b2c\t'Azure AD B2C'
ciam\t'Microsoft Entra External ID'
entra\t'Microsoft Entra ID'
oidc\t'Any other OpenID Connect provider'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-id -d 'The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-capabilities -d 'The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the profile [env: TOKCACHE_CLIENT_CAPABILITIES]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l store -d 'The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST, postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l encrypt -d 'The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l key-cache -d 'The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]' -r -f -a "kernel\t'In the kernel\'s session keyring (Linux)'
none\t'Nowhere'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l config-dir -d 'The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l ca-file -d 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l flow -d 'How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]' -r -f -a "device\t'Type a code in a browser on any device (RFC 8628)'
browser\t'Through the browser of this machine (RFC 8252)'
client-credentials\t'As an application, without a person (RFC 6749 section 4.4)'
identity-assertion\t'With an assertion of the company\'s identity provider about its user (ID-JAG)'
managed-identity\t'As the Azure machine or app that the command runs on'
auto\t'As an application if a credential is there, else as a managed identity, else as a person'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-secret-file -d 'The file with the client secret, which some providers (Google) require even from native clients [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-secret-variable -d 'The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default: TOKCACHE_CLIENT_SECRET]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-secret-fd -d 'Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-certificate -d 'The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-key -d 'The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-cert -d 'The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone, it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-certificate-password-file -d 'The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-certificate-password-variable -d 'The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-certificate-password-fd -d 'Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l federated-token-file -d 'The file with a token of another issuer that proves the client, such as a Kubernetes service account token [env: TOKCACHE_FEDERATED_TOKEN_FILE]' -r -F
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l federated-token-command -d 'The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l federated-token-source -d 'The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]' -r -f -a "github-actions\t'GitHub Actions, for the job that runs the command'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l federated-token-audience -d 'The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the provider expects]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-auth-method -d 'How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]' -r -f -a "client_secret_basic\t'In the Authorization header'
client_secret_post\t'In the form'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l timeout -d 'Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l lock-timeout -d 'Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s more than a killed process can hold it up]' -r
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l error-format -d 'The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]' -r -f -a "json\t'One line of JSON'
text\t'The error, and the command that helps if there is one'"
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -l client-secret-keyring -d 'The client secret is in the system\'s keyring, where `profile secret` has put it'
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -s v -l verbose -d 'Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
complete -c tokcache -n "__fish_tokcache_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'

# Accounts, profiles and scopes, from the cache and the folder of the profiles: `tokcache complete KIND` prints them.
# It uses no network and no key: of an encrypted cache it prints nothing.
function __tokcache_values
    set -lx COMP_LINE (commandline -cp)
    command tokcache complete $argv 2>/dev/null
end

# Before the command, a flag that still lacks its value is none of the conditions above.
complete -c tokcache -n "contains -- (commandline -opc)[-1] --account" -l account -x -a "(__tokcache_values accounts)"
complete -c tokcache -n "contains -- (commandline -opc)[-1] --profile" -l profile -x -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from show set secret remove" -f -a "(__tokcache_values profiles)"
