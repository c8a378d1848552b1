//! Prints the variables that lead a program to an endpoint. They contain the secret of the endpoint.

use serde_json::{Map, Value};
use tokcache_core::secret::SecretBuffer;

use super::json;
use super::shell::{push_quoted, push_quoted_for_fish, push_quoted_for_powershell};

/// The formats of `serve -o`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum VariablesFormat {
    /// `NAME=VALUE`, for `docker run --env-file`
    Dotenv,
    /// `export NAME=VALUE`, for a POSIX shell
    #[default]
    Env,
    /// `set -gx NAME VALUE`
    Fish,
    /// One line of JSON
    Json,
    /// `$env:NAME = VALUE`
    Powershell,
}

/// Returns the variables in `format`, with line breaks.
pub(crate) fn render_variables(variables: &[(&str, &str)], format: VariablesFormat) -> anyhow::Result<SecretBuffer> {
    let mut text = SecretBuffer::new();
    if format == VariablesFormat::Json {
        let object: Map<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        text.push_str(&json(&object)?);
        text.push('\n');
        return Ok(text);
    }
    for (name, value) in variables {
        let before = match format {
            VariablesFormat::Env => "export ",
            VariablesFormat::Fish => "set -gx ",
            VariablesFormat::Powershell => "$env:",
            VariablesFormat::Dotenv | VariablesFormat::Json => "",
        };
        text.push_str(before);
        text.push_str(name);
        match format {
            VariablesFormat::Fish => {
                text.push(' ');
                push_quoted_for_fish(&mut text, value);
            }
            VariablesFormat::Powershell => {
                text.push_str(" = ");
                push_quoted_for_powershell(&mut text, value);
            }
            VariablesFormat::Dotenv => {
                text.push('=');
                text.push_str(value);
            }
            VariablesFormat::Env | VariablesFormat::Json => {
                text.push('=');
                push_quoted(&mut text, value);
            }
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_that_of_its_reader() {
        let variables = [("A", "http://127.0.0.1:1/t"), ("B", "x'y")];
        for (format, expected) in [
            (VariablesFormat::Dotenv, "A=http://127.0.0.1:1/t\nB=x'y\n"),
            (VariablesFormat::Env, "export A=http://127.0.0.1:1/t\nexport B='x'\\''y'\n"),
            (VariablesFormat::Fish, "set -gx A 'http://127.0.0.1:1/t'\nset -gx B 'x\\'y'\n"),
            (VariablesFormat::Json, "{\"A\":\"http://127.0.0.1:1/t\",\"B\":\"x'y\"}\n"),
            (VariablesFormat::Powershell, "$env:A = 'http://127.0.0.1:1/t'\n$env:B = 'x''y'\n"),
        ] {
            assert_eq!(&*render_variables(&variables, format).unwrap().finish(), expected, "{format:?}");
        }
    }
}
