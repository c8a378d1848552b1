
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'tokcache' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'tokcache'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'tokcache' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in by device code, remember the settings as the profile, cache the tokens')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Print a valid access token: cached, else silently refreshed')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the accounts and the tokens held for each, without one secret')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Sign out: forget tokens, and revoke them where the server can')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with a token in its environment, or not at all')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show which token would be used, and why; offline')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Manage named settings')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Look after the cache file')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;login' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones')
            [CompletionResult]::new('--lifetime', '--lifetime', [CompletionResultType]::ParameterName, 'Serve a token that came without a lifetime for this long [default: until it is revoked]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'The tenant of an Entra authority: a GUID, a domain, organizations, common or consumers')
            [CompletionResult]::new('--flow', '--flow', [CompletionResultType]::ParameterName, 'How to sign in')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'A claims challenge, as JSON')
            [CompletionResult]::new('--device-authorization-endpoint', '--device-authorization-endpoint', [CompletionResultType]::ParameterName, 'Where the provider''s discovery does not name it')
            [CompletionResult]::new('--token-endpoint', '--token-endpoint', [CompletionResultType]::ParameterName, 'Where the provider''s discovery does not name it')
            [CompletionResult]::new('--revocation-endpoint', '--revocation-endpoint', [CompletionResultType]::ParameterName, 'Where the provider''s discovery does not name it')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--no-offline-access', '--no-offline-access', [CompletionResultType]::ParameterName, 'Do not ask for offline_access, which some providers refuse; remembered by the profile')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Replace the scopes of the profile, and whose it is; else scopes are added, and it stays whose it is')
            [CompletionResult]::new('--qr', '--qr', [CompletionResultType]::ParameterName, 'Show the address as a QR code too')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;token' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones')
            [CompletionResult]::new('--lifetime', '--lifetime', [CompletionResultType]::ParameterName, 'Serve a token that came without a lifetime for this long [default: until it is revoked]')
            [CompletionResult]::new('--min-valid', '--min-valid', [CompletionResultType]::ParameterName, 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'A claims challenge, as JSON: a cached token will not do')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Only a token issued from now on will do')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Ask somebody to sign in, should no token be had silently')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;clear' {
            [CompletionResult]::new('--revocation-endpoint', '--revocation-endpoint', [CompletionResultType]::ParameterName, 'Where the provider''s discovery does not name it')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Forget all that the cache holds, whichever client it belongs to')
            [CompletionResult]::new('--no-revoke', '--no-revoke', [CompletionResultType]::ParameterName, 'Do not tell the server')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;exec' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones')
            [CompletionResult]::new('--lifetime', '--lifetime', [CompletionResultType]::ParameterName, 'Serve a token that came without a lifetime for this long [default: until it is revoked]')
            [CompletionResult]::new('--min-valid', '--min-valid', [CompletionResultType]::ParameterName, 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'A claims challenge, as JSON: a cached token will not do')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The variable that holds the token')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Only a token issued from now on will do')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;explain' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones')
            [CompletionResult]::new('--lifetime', '--lifetime', [CompletionResultType]::ParameterName, 'Serve a token that came without a lifetime for this long [default: until it is revoked]')
            [CompletionResult]::new('--min-valid', '--min-valid', [CompletionResultType]::ParameterName, 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'A claims challenge, as JSON: a cached token will not do')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Only a token issued from now on will do')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;profile' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the names')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the settings of one, as TOML')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget the settings; tokens stay in the cache, unless --sign-out is given')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;profile;list' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;profile;show' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;profile;set' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'The scopes to ask for when none are typed; repeatable')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--no-account', '--no-account', [CompletionResultType]::ParameterName, 'Forget whose it is: the only account that is signed in is meant')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;profile;remove' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--sign-out', '--sign-out', [CompletionResultType]::ParameterName, 'First sign out the account that the profile belongs to, as `clear` does')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;profile;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the names')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the settings of one, as TOML')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget the settings; tokens stay in the cache, unless --sign-out is given')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;profile;help;list' {
            break
        }
        'tokcache;profile;help;show' {
            break
        }
        'tokcache;profile;help;set' {
            break
        }
        'tokcache;profile;help;remove' {
            break
        }
        'tokcache;profile;help;help' {
            break
        }
        'tokcache;cache' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the cache is')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read the whole cache and report what cannot be understood')
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt a plain cache with the key of --encrypt')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Make an encrypted cache plain again')
            [CompletionResult]::new('rekey', 'rekey', [CompletionResultType]::ParameterValue, 'Encrypt the cache with another key, of --encrypt or of where the old one is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;cache;path' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;cache;check' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--repair', '--repair', [CompletionResultType]::ParameterName, 'Save what is whole of a damaged cache; a copy of it is kept beside it')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;cache;encrypt' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;cache;decrypt' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;cache;rekey' {
            [CompletionResult]::new('--new-passphrase-file', '--new-passphrase-file', [CompletionResultType]::ParameterName, 'Change to the passphrase in this file, instead of asking for it')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('--moved', '--moved', [CompletionResultType]::ParameterName, 'The cache was moved here on purpose: bind it to this place')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;cache;help' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the cache is')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read the whole cache and report what cannot be understood')
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt a plain cache with the key of --encrypt')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Make an encrypted cache plain again')
            [CompletionResult]::new('rekey', 'rekey', [CompletionResultType]::ParameterValue, 'Encrypt the cache with another key, of --encrypt or of where the old one is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;cache;help;path' {
            break
        }
        'tokcache;cache;help;check' {
            break
        }
        'tokcache;cache;help;encrypt' {
            break
        }
        'tokcache;cache;help;decrypt' {
            break
        }
        'tokcache;cache;help;rekey' {
            break
        }
        'tokcache;cache;help;help' {
            break
        }
        'tokcache;completions' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]')
            [CompletionResult]::new('--authority-kind', '--authority-kind', [CompletionResultType]::ParameterName, 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]')
            [CompletionResult]::new('--key-cache', '--key-cache', [CompletionResultType]::ParameterName, 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]')
            [CompletionResult]::new('--error-format', '--error-format', [CompletionResultType]::ParameterName, 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokcache;help' {
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in by device code, remember the settings as the profile, cache the tokens')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Print a valid access token: cached, else silently refreshed')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the accounts and the tokens held for each, without one secret')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Sign out: forget tokens, and revoke them where the server can')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with a token in its environment, or not at all')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show which token would be used, and why; offline')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Manage named settings')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Look after the cache file')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tokcache;help;login' {
            break
        }
        'tokcache;help;token' {
            break
        }
        'tokcache;help;list' {
            break
        }
        'tokcache;help;clear' {
            break
        }
        'tokcache;help;exec' {
            break
        }
        'tokcache;help;explain' {
            break
        }
        'tokcache;help;profile' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the names')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the settings of one, as TOML')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget the settings; tokens stay in the cache, unless --sign-out is given')
            break
        }
        'tokcache;help;profile;list' {
            break
        }
        'tokcache;help;profile;show' {
            break
        }
        'tokcache;help;profile;set' {
            break
        }
        'tokcache;help;profile;remove' {
            break
        }
        'tokcache;help;cache' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the cache is')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read the whole cache and report what cannot be understood')
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt a plain cache with the key of --encrypt')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Make an encrypted cache plain again')
            [CompletionResult]::new('rekey', 'rekey', [CompletionResultType]::ParameterValue, 'Encrypt the cache with another key, of --encrypt or of where the old one is')
            break
        }
        'tokcache;help;cache;path' {
            break
        }
        'tokcache;help;cache;check' {
            break
        }
        'tokcache;help;cache;encrypt' {
            break
        }
        'tokcache;help;cache;decrypt' {
            break
        }
        'tokcache;help;cache;rekey' {
            break
        }
        'tokcache;help;completions' {
            break
        }
        'tokcache;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
