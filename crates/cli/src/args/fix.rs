//! `portreeve fix`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use portreeve::Date;

use super::Input;

/// `portreeve fix`.
#[derive(Debug, Args)]
pub(crate) struct Fix {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Fix the findings of this item; may be given several times
    #[arg(long, value_name = "ID", help_heading = "What to fix")]
    pub(crate) item: Vec<String>,
    /// Fix this finding, by its fingerprint or a beginning of it; may be given several times
    #[arg(long, value_name = "FINGERPRINT", help_heading = "What to fix")]
    pub(crate) finding: Vec<String>,
    /// Fix the findings of this group, by id or name; may be given several times
    #[arg(long, value_name = "SG", help_heading = "What to fix")]
    pub(crate) group: Vec<String>,
    /// Who may go on where everyone may now: a block, an address, a group, a prefix list or `private`; may be given several times
    /// [default: private]
    #[arg(long, value_name = "PEER", help_heading = "How to fix it")]
    pub(crate) allow: Vec<String>,
    /// Traffic that has to survive: expectations (TOML), or flows as `from,to,protocol,port` or JSON to a line
    #[arg(long, value_name = "FILE", help_heading = "How to fix it")]
    pub(crate) keep: Option<PathBuf>,
    /// Only plans of this kind: remove, replace, deny, clone, consolidate or delete [default: the smallest]
    #[arg(long, value_name = "S", help_heading = "How to fix it")]
    pub(crate) strategy: Option<String>,
    /// Change nothing for other servers than this one, which moves to a copy of the group
    #[arg(long, value_name = "SERVER", help_heading = "How to fix it")]
    pub(crate) only: Option<String>,
    /// text, json, aliyun, hcloud, terraform or rollback; may be given several times, each with a file of its own
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", help_heading = "Output")]
    pub(crate) format: Vec<FixOutput>,
    /// Write the fixed documents to this folder, which has to be empty or absent
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) write: Option<PathBuf>,
    /// Write a proof of what the plans close, for `portreeve verify FILE SOURCE... --after DIR`
    #[arg(long, value_name = "FILE", requires = "write", help_heading = "Output")]
    pub(crate) certificate: Option<PathBuf>,
    /// The day that waivers are held against, in place of the clock's
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(crate) today: Option<Date>,
}

/// How plans are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FixFormat {
    Text,
    Json,
    Aliyun,
    Hcloud,
    Terraform,
    Rollback,
}

impl FixFormat {
    const ALL: [(&str, Self); 6] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("aliyun", Self::Aliyun),
        ("hcloud", Self::Hcloud),
        ("terraform", Self::Terraform),
        ("rollback", Self::Rollback),
    ];
}

/// A format, and the file that it goes to; `-` is standard output, as it is without a name.
#[derive(Debug, Clone)]
pub(crate) struct FixOutput {
    pub(crate) format: FixFormat,
    pub(crate) file: Option<PathBuf>,
}

impl FromStr for FixOutput {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, file) = text.split_once('=').map_or((text, None), |(word, file)| (word, Some(file)));
        if file == Some("") {
            return Err(format!("`{text}` names no file: write one, as in `rollback=undo.sh`"));
        }
        let known = FixFormat::ALL.iter().find(|(name, _)| *name == word).map(|(_, format)| *format);
        let format = known.ok_or_else(|| {
            let names: Vec<&str> = FixFormat::ALL.iter().map(|(name, _)| *name).collect();
            match portreeve::nearest(word, names.iter().copied()) {
                Some(near) => format!("unknown format `{word}`: did you mean `{near}`?"),
                None => format!("unknown format `{word}`: use one of {}", names.join(", ")),
            }
        })?;
        Ok(Self { format, file: file.filter(|file| *file != "-").map(PathBuf::from) })
    }
}
