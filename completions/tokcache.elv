
use builtin;
use str;

set edit:completion:arg-completer[tokcache] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'tokcache'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'tokcache'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand login 'Sign in by device code, remember the settings as the profile, cache the tokens'
            cand token 'Print a valid access token: cached, else silently refreshed'
            cand list 'Show the accounts and the tokens held for each, without one secret'
            cand clear 'Sign out: forget tokens, and revoke them where the server can'
            cand exec 'Run a command with a token in its environment, or not at all'
            cand explain 'Show which token would be used, and why; offline'
            cand profile 'Manage named settings'
            cand cache 'Look after the cache file'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;login'= {
            cand --scope 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces'
            cand --resource 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707'
            cand --audience 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE'
            cand --param 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones'
            cand --lifetime 'Serve a token that came without a lifetime for this long [default: until it is revoked]'
            cand --tenant 'The tenant of an Entra authority: a GUID, a domain, organizations, common or consumers'
            cand --flow 'How to sign in'
            cand --claims 'A claims challenge, as JSON'
            cand --device-authorization-endpoint 'Where the provider''s discovery does not name it'
            cand --token-endpoint 'Where the provider''s discovery does not name it'
            cand --revocation-endpoint 'Where the provider''s discovery does not name it'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --no-offline-access 'Do not ask for offline_access, which some providers refuse; remembered by the profile'
            cand --replace 'Replace the scopes of the profile, and whose it is; else scopes are added, and it stays whose it is'
            cand --qr 'Show the address as a QR code too'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;token'= {
            cand --scope 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces'
            cand --resource 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707'
            cand --audience 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE'
            cand --param 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones'
            cand --lifetime 'Serve a token that came without a lifetime for this long [default: until it is revoked]'
            cand --min-valid 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]'
            cand --claims 'A claims challenge, as JSON: a cached token will not do'
            cand -o 'How it is printed'
            cand --output 'How it is printed'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --force-refresh 'Only a token issued from now on will do'
            cand --offline 'Never use the network'
            cand --login 'Ask somebody to sign in, should no token be had silently'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;list'= {
            cand -o 'How it is printed'
            cand --output 'How it is printed'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;clear'= {
            cand --revocation-endpoint 'Where the provider''s discovery does not name it'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --all 'Forget all that the cache holds, whichever client it belongs to'
            cand --no-revoke 'Do not tell the server'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;exec'= {
            cand --scope 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces'
            cand --resource 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707'
            cand --audience 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE'
            cand --param 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones'
            cand --lifetime 'Serve a token that came without a lifetime for this long [default: until it is revoked]'
            cand --min-valid 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]'
            cand --claims 'A claims challenge, as JSON: a cached token will not do'
            cand --env 'The variable that holds the token'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --force-refresh 'Only a token issued from now on will do'
            cand --offline 'Never use the network'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;explain'= {
            cand --scope 'A scope that the token must have; repeatable, and several may stand in one, separated by spaces'
            cand --resource 'The API that the token is for: at Microsoft short for --scope RESOURCE/.default, elsewhere RFC 8707'
            cand --audience 'The API that the token is for, as Auth0 and others name it: short for --param audience=AUDIENCE'
            cand --param 'A further parameter for the provider; repeatable. A token is served only to those who ask with the same ones'
            cand --lifetime 'Serve a token that came without a lifetime for this long [default: until it is revoked]'
            cand --min-valid 'The token must be valid for this long, or exit 8 [default: 5m, but at most a fifth of its lifetime]'
            cand --claims 'A claims challenge, as JSON: a cached token will not do'
            cand -o 'How it is printed'
            cand --output 'How it is printed'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --force-refresh 'Only a token issued from now on will do'
            cand --offline 'Never use the network'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;profile'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'Print the names'
            cand show 'Print the settings of one, as TOML'
            cand set 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account'
            cand remove 'Forget the settings; tokens stay in the cache, unless --sign-out is given'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;profile;list'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;profile;show'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;profile;set'= {
            cand --scope 'The scopes to ask for when none are typed; repeatable'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --no-account 'Forget whose it is: the only account that is signed in is meant'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;profile;remove'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --sign-out 'First sign out the account that the profile belongs to, as `clear` does'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;profile;help'= {
            cand list 'Print the names'
            cand show 'Print the settings of one, as TOML'
            cand set 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account'
            cand remove 'Forget the settings; tokens stay in the cache, unless --sign-out is given'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;profile;help;list'= {
        }
        &'tokcache;profile;help;show'= {
        }
        &'tokcache;profile;help;set'= {
        }
        &'tokcache;profile;help;remove'= {
        }
        &'tokcache;profile;help;help'= {
        }
        &'tokcache;cache'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand path 'Print where the cache is'
            cand check 'Read the whole cache and report what cannot be understood'
            cand encrypt 'Encrypt a plain cache with the key of --encrypt'
            cand decrypt 'Make an encrypted cache plain again'
            cand rekey 'Encrypt the cache with another key, of --encrypt or of where the old one is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;cache;path'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;cache;check'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --repair 'Save what is whole of a damaged cache; a copy of it is kept beside it'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;cache;encrypt'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;cache;decrypt'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;cache;rekey'= {
            cand --new-passphrase-file 'Change to the passphrase in this file, instead of asking for it'
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand --moved 'The cache was moved here on purpose: bind it to this place'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;cache;help'= {
            cand path 'Print where the cache is'
            cand check 'Read the whole cache and report what cannot be understood'
            cand encrypt 'Encrypt a plain cache with the key of --encrypt'
            cand decrypt 'Make an encrypted cache plain again'
            cand rekey 'Encrypt the cache with another key, of --encrypt or of where the old one is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;cache;help;path'= {
        }
        &'tokcache;cache;help;check'= {
        }
        &'tokcache;cache;help;encrypt'= {
        }
        &'tokcache;cache;help;decrypt'= {
        }
        &'tokcache;cache;help;rekey'= {
        }
        &'tokcache;cache;help;help'= {
        }
        &'tokcache;completions'= {
            cand --profile 'Named settings, as remembered by `login` [env: TOKCACHE_PROFILE] [default: default]'
            cand --authority 'An Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]'
            cand --account 'Whose token: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile''s account, else the only one that is signed in]'
            cand --authority-kind 'What answers there, if its URL does not tell: a custom domain [env: TOKCACHE_AUTHORITY_KIND]'
            cand --client-id 'The client, as registered with the authority [env: TOKCACHE_CLIENT_ID]'
            cand --store 'Where the cache is kept: file:PATH, memory: or libsecret:NAME [env: TOKCACHE_STORE] [default: the per-user file]'
            cand --encrypt 'Keep the cache encrypted: keyring, key-file:PATH, passphrase, credential, or none [env: TOKCACHE_ENCRYPT] [default: as it is]'
            cand --key-cache 'Keep the key at hand for the login session [env: TOKCACHE_KEY_CACHE] [default: none]'
            cand --ca-file 'Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]'
            cand --timeout 'Give up one network exchange after this long [env: TOKCACHE_TIMEOUT] [default: 30s]'
            cand --lock-timeout 'Give up waiting for another process after this long [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s]'
            cand --error-format 'How failures are shown [env: TOKCACHE_ERROR_FORMAT] [default: text]'
            cand -v 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand --verbose 'Tell more on stderr; twice: every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokcache;help'= {
            cand login 'Sign in by device code, remember the settings as the profile, cache the tokens'
            cand token 'Print a valid access token: cached, else silently refreshed'
            cand list 'Show the accounts and the tokens held for each, without one secret'
            cand clear 'Sign out: forget tokens, and revoke them where the server can'
            cand exec 'Run a command with a token in its environment, or not at all'
            cand explain 'Show which token would be used, and why; offline'
            cand profile 'Manage named settings'
            cand cache 'Look after the cache file'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'tokcache;help;login'= {
        }
        &'tokcache;help;token'= {
        }
        &'tokcache;help;list'= {
        }
        &'tokcache;help;clear'= {
        }
        &'tokcache;help;exec'= {
        }
        &'tokcache;help;explain'= {
        }
        &'tokcache;help;profile'= {
            cand list 'Print the names'
            cand show 'Print the settings of one, as TOML'
            cand set 'Change settings without signing in: --authority, --client-id, --store, --encrypt, --key-cache, --ca-file, --scope, --account'
            cand remove 'Forget the settings; tokens stay in the cache, unless --sign-out is given'
        }
        &'tokcache;help;profile;list'= {
        }
        &'tokcache;help;profile;show'= {
        }
        &'tokcache;help;profile;set'= {
        }
        &'tokcache;help;profile;remove'= {
        }
        &'tokcache;help;cache'= {
            cand path 'Print where the cache is'
            cand check 'Read the whole cache and report what cannot be understood'
            cand encrypt 'Encrypt a plain cache with the key of --encrypt'
            cand decrypt 'Make an encrypted cache plain again'
            cand rekey 'Encrypt the cache with another key, of --encrypt or of where the old one is'
        }
        &'tokcache;help;cache;path'= {
        }
        &'tokcache;help;cache;check'= {
        }
        &'tokcache;help;cache;encrypt'= {
        }
        &'tokcache;help;cache;decrypt'= {
        }
        &'tokcache;help;cache;rekey'= {
        }
        &'tokcache;help;completions'= {
        }
        &'tokcache;help;help'= {
        }
    ]
    $completions[$command]
}
