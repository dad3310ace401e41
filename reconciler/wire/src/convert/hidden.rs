//! What no order may say in the clear, out and in.

use ordain_core::order::{Argument, File, Hidden, HiddenVariable, Made, Output, Secret};

use super::run::{is_object_id, is_variable};
use super::words::Word;
use super::{MAX_LIST, Malformed, Problem, bounded};
use crate::hidden::{
    ArgumentSpec, HiddenSpec, HiddenVariableSpec, MadeSpec, OutputSpec, SecretSpec,
};

/// The longest name of a secret, a parameter or an output, in bytes.
const MAX_NAME: usize = 256;
/// The longest value that a computer makes itself.
const MAX_MADE: u32 = 1024;

impl From<Hidden> for HiddenSpec {
    fn from(hidden: Hidden) -> Self {
        let made = hidden.made.into_iter().map(|made| MadeSpec {
            parameter: made.parameter,
            owner: made.owner,
            length: made.length,
            rotate_seconds: made.rotate_seconds,
            dealing: made.dealing.word().to_owned(),
        });
        let variables = hidden.variables.into_iter().map(|one| HiddenVariableSpec {
            name: one.name,
            secret: one.secret,
            form: one.form.word().to_owned(),
        });
        let outputs = hidden.outputs.into_iter().map(|output| OutputSpec {
            name: output.name,
            keeping: output.keeping.word().to_owned(),
        });
        let secrets = hidden.secrets.into_iter();
        Self {
            item: hidden.item.to_string(),
            secrets: secrets
                .map(|secret| SecretSpec { name: secret.name, file: secret.file.into() })
                .collect(),
            made: made.collect(),
            variables: variables.collect(),
            outputs: outputs.collect(),
            recipient: hidden.recipient,
        }
    }
}

impl TryFrom<HiddenSpec> for Hidden {
    type Error = Malformed;

    fn try_from(hidden: HiddenSpec) -> Result<Self, Malformed> {
        check(&hidden).map_err(Malformed::at("hidden"))?;
        let place = || Malformed::at("hidden");
        let made = hidden.made.into_iter().map(|made| {
            let dealing = Word::read(&made.dealing)?;
            let MadeSpec { parameter, owner, length, rotate_seconds, .. } = made;
            Ok(Made { parameter, owner, length, rotate_seconds, dealing })
        });
        let variables = hidden.variables.into_iter().map(|one| {
            let form = Word::read(&one.form)?;
            Ok(HiddenVariable { name: one.name, secret: one.secret, form })
        });
        let outputs = hidden
            .outputs
            .into_iter()
            .map(|output| Ok(Output { name: output.name, keeping: Word::read(&output.keeping)? }));
        let secrets = hidden.secrets.into_iter();
        Ok(Self {
            item: hidden.item.parse().map_err(|error| place()(Problem::Item(error)))?,
            secrets: secrets
                .map(|secret| Secret { name: secret.name, file: File::from(secret.file) })
                .collect(),
            made: made.collect::<Result<_, Problem>>().map_err(place())?,
            variables: variables.collect::<Result<_, Problem>>().map_err(place())?,
            outputs: outputs.collect::<Result<_, Problem>>().map_err(place())?,
            recipient: hidden.recipient,
        })
    }
}

fn check(hidden: &HiddenSpec) -> Result<(), Problem> {
    for (what, count) in [
        ("secrets", hidden.secrets.len()),
        ("made values", hidden.made.len()),
        ("variables", hidden.variables.len()),
        ("outputs", hidden.outputs.len()),
    ] {
        bounded(what, count, MAX_LIST)?;
    }
    if !hidden.secrets.iter().all(|secret| is_object_id(&secret.file.blob)) {
        return Err(Problem::Missing("an object id has 40 or 64 hexadecimal digits"));
    }
    if !hidden.variables.iter().all(|one| is_variable(&one.name)) {
        return Err(Problem::Missing("variables are named ORDAIN_… in upper case"));
    }
    if !hidden.made.iter().all(|made| (1..=MAX_MADE).contains(&made.length)) {
        return Err(Problem::Missing("a value that is made has 1 to 1024 letters"));
    }
    let names = hidden.outputs.iter().map(|output| &output.name);
    let names = names.chain(hidden.made.iter().map(|made| &made.parameter));
    if !names.chain(hidden.secrets.iter().map(|secret| &secret.name)).all(|name| is_name(name)) {
        return Err(Problem::Missing("a name is short and no path"));
    }
    Ok(())
}

/// Whether a text can name a file within a folder.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && name.len() <= MAX_NAME
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
}

impl From<&str> for ArgumentSpec {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Argument> for ArgumentSpec {
    fn from(argument: Argument) -> Self {
        match argument {
            Argument::Text(text) => Self::Text(text),
            Argument::Secret(secret) => Self::Secret { secret },
            Argument::Parameter(parameter) => Self::Parameter { parameter },
        }
    }
}

impl From<ArgumentSpec> for Argument {
    fn from(argument: ArgumentSpec) -> Self {
        match argument {
            ArgumentSpec::Text(text) => Self::Text(text),
            ArgumentSpec::Secret { secret } => Self::Secret(secret),
            ArgumentSpec::Parameter { parameter } => Self::Parameter(parameter),
        }
    }
}
