//! The examples in the help. `tests/help` runs each of them against a provider on this machine.

/// Returns the most common command lines of the command with this full name, one a line.
pub(super) fn examples(path: &str) -> &'static str {
    match path {
        "tokcache" => {
            "  tokcache login --authority https://id.example.com --client-id my-cli --scope notes.read
  tokcache token --scope notes.read
  tokcache curl --scope notes.read -fsS https://api.example.com/notes
  tokcache exec --scope notes.read -- ./report.sh
"
        }
        "tokcache login" => {
            "  tokcache login --authority https://id.example.com --client-id my-cli --scope notes.read
  tokcache login --provider github --profile github --client-id ID --scope repo
  tokcache login --profile work --scope notes.write
"
        }
        "tokcache token" => {
            "  token=$(tokcache token --scope notes.read) || exit
  tokcache token --min-valid 20m -o json
"
        }
        "tokcache list" => {
            "  tokcache list
  tokcache list --profile work -o json
"
        }
        "tokcache status" => {
            "  tokcache status
  tokcache status --profile work >/dev/null || tokcache login --profile work
"
        }
        "tokcache clear" => {
            "  tokcache clear --account alice@example.com
  tokcache clear --all --yes
"
        }
        "tokcache curl" => {
            "  tokcache curl --scope notes.read -fsS https://api.example.com/notes
  tokcache curl -fsS --json @note.json https://api.example.com/notes
"
        }
        "tokcache exec" => {
            "  tokcache exec --scope notes.read --env API_TOKEN -- ./report.sh
  tokcache exec --token-file -- ./server
  tokcache exec --token-fd 0 -- docker login --username me --password-stdin registry.example.com
  tokcache exec --as managed-identity -- terraform apply
"
        }
        "tokcache serve" => "  tokcache serve --resource https://vault.azure.net --duration 1h\n",
        "tokcache proxy" => {
            "  tokcache proxy --for https://mcp.example.com/mcp --scope notes.read
  tokcache proxy --for models.example.com --env OPENAI_BASE_URL -- ./agent
"
        }
        "tokcache configure" => {
            "  tokcache configure git --host git.example.com
  tokcache configure kubernetes --profile work --host https://k8s.example.com:6443 --write
  tokcache configure claude-code --for https://mcp.example.com/mcp --write
  tokcache configure codex --model --name gateway --base-url https://models.example.com/v1
  tokcache configure msmtp --profile work --host smtp.example.com --username bob@example.com
"
        }
        "tokcache unconfigure" => {
            "  tokcache unconfigure git --host git.example.com --write
  tokcache unconfigure codex --for https://mcp.example.com/mcp --write
"
        }
        "tokcache credential" => "  tokcache credential kubernetes --profile work --host k8s.example.com:6443\n",
        "tokcache explain" => {
            "  tokcache explain --scope notes.read
  tokcache explain --profile work -o json
"
        }
        "tokcache doctor" => {
            "  tokcache doctor
  tokcache doctor --profile work --offline -o json
"
        }
        "tokcache completions" => {
            "  tokcache completions bash > ~/.local/share/bash-completion/completions/tokcache
  tokcache completions zsh > ~/.zfunc/_tokcache
  tokcache completions fish > ~/.config/fish/completions/tokcache.fish
"
        }
        _ if path.starts_with("tokcache cache") => of_cache(path),
        _ if path.starts_with("tokcache profile") => of_profile(path),
        _ => "",
    }
}

fn of_cache(path: &str) -> &'static str {
    match path {
        "tokcache cache" => {
            "  tokcache cache check
  tokcache cache encrypt --encrypt keyring
"
        }
        "tokcache cache path" => "  tokcache cache path\n",
        "tokcache cache check" => {
            "  tokcache cache check
  tokcache cache check --repair
"
        }
        "tokcache cache copy" => "  tokcache cache copy --to sqlite:/srv/tokcache/tokens.db\n",
        "tokcache cache password" => {
            "  tokcache cache password --store 'redis://cache.example.com?password-from=keyring' < password.txt\n"
        }
        "tokcache cache encrypt" => {
            "  tokcache cache encrypt --encrypt keyring
  tokcache cache encrypt --encrypt key-file:/media/usb/tokcache.key
"
        }
        "tokcache cache decrypt" => "  tokcache cache decrypt\n",
        "tokcache cache rekey" => "  tokcache cache rekey --encrypt key-file:/media/usb/new.key\n",
        _ => "",
    }
}

fn of_profile(path: &str) -> &'static str {
    match path {
        "tokcache profile" => {
            "  tokcache profile list
  tokcache profile set work --authority https://id.example.com --client-id my-cli --scope notes.read
"
        }
        "tokcache profile list" => "  tokcache profile list -o json\n",
        "tokcache profile show" => "  tokcache profile show work\n",
        "tokcache profile set" => {
            "  tokcache profile set work --authority https://id.example.com --client-id my-cli --scope notes.read
  tokcache profile set work --account alice@example.com
"
        }
        "tokcache profile trust" => "  tokcache profile trust\n",
        "tokcache profile untrust" => "  tokcache profile untrust\n",
        "tokcache profile secret" => "  tokcache profile secret work < secret.txt\n",
        "tokcache profile remove" => "  tokcache profile remove work --sign-out\n",
        _ => "",
    }
}
