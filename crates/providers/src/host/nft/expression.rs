//! The statements of one rule of nftables.

use hashbrown::HashMap;
use portreeve_model::{Action, Direction};
use serde_json::Value;

use super::operand::{Says, compare};
use super::text;
use crate::host::chain::{Step, Verdict};
use crate::host::traffic::Traffic;

/// The sets and maps of a table by name.
pub(super) type Names = HashMap<String, Value>;

/// What a statement does to the way of a packet.
#[expect(clippy::large_enum_variant, reason = "one lives at a time")]
enum Does {
    /// Nothing.
    GoOn,
    Decide(Verdict),
    Match(Says),
    /// A verdict for each of several values.
    Map(Vec<(Says, Verdict)>),
    /// It is not known.
    Unknown,
}

/// The steps of one rule: more than one where a map gives verdicts.
pub(super) fn steps(rule: &Value, names: &Names, direction: Direction) -> Vec<Step> {
    let chain = text(rule, "chain");
    let id = rule.get("handle").map_or_else(|| chain.to_owned(), |handle| format!("{chain} handle {handle}"));
    let statements = rule.get("expr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut step = Step {
        traffic: Traffic::all(),
        doubt: None,
        verdict: Verdict::Return,
        id,
        words: words(rule, statements),
    };
    for statement in statements {
        match does(statement, names, direction) {
            Does::GoOn => {}
            Does::Decide(verdict) => {
                step.verdict = verdict;
                return vec![step];
            }
            Does::Match(says) => match step.narrowed(says, statement) {
                Some(narrowed) => step = narrowed,
                None => return Vec::new(),
            },
            Does::Map(map) => {
                let verdict = |(says, verdict)| {
                    step.clone().narrowed(says, statement).map(|narrowed| Step { verdict, ..narrowed })
                };
                return map.into_iter().filter_map(verdict).collect();
            }
            Does::Unknown => {
                step.doubt
                    .get_or_insert_with(|| format!("{}, rule `{}`", not_understood(statement), step.id));
            }
        }
    }
    // A rule that only counts or logs.
    Vec::new()
}

impl Step {
    fn narrowed(mut self, says: Says, statement: &Value) -> Option<Self> {
        match says {
            Says::Everything => {}
            Says::Nothing => return None,
            Says::Only(traffic) => self.traffic = self.traffic.and(&traffic),
            Says::Perhaps(traffic) => {
                self.traffic = self.traffic.and(&traffic);
                self.doubt
                    .get_or_insert_with(|| format!("{}, rule `{}`", not_understood(statement), self.id));
            }
        }
        Some(self)
    }
}

/// How much of a statement is quoted.
const QUOTED: usize = 160;

fn quote(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= QUOTED { text } else { text.chars().take(QUOTED).chain(['…']).collect() }
}

fn not_understood(statement: &Value) -> String {
    format!("`{}` of the firewall is not understood", quote(statement))
}

/// The rule in words: its comment, else its statements.
fn words(rule: &Value, expression: &[Value]) -> String {
    let comment = text(rule, "comment");
    if !comment.is_empty() {
        return comment.to_owned();
    }
    let shown = expression.iter().filter(|one| one.get("counter").is_none() && one.get("log").is_none());
    shown.map(quote).collect::<Vec<_>>().join(" ")
}

fn does(statement: &Value, names: &Names, direction: Direction) -> Does {
    const GO_ON: [&str; 12] = [
        "counter",
        "log",
        "comment",
        "notrack",
        "set",
        "flow",
        "ct helper",
        "ct timeout",
        "ct expectation",
        "continue",
        "last",
        "secmark",
    ];
    let word = statement.as_str();
    let Some((kind, body)) = statement
        .as_object()
        .and_then(|object| object.iter().next())
        .map(|(kind, body)| (kind.as_str(), body))
        .or(word.map(|word| (word, &Value::Null)))
    else {
        return Does::Unknown;
    };
    match kind {
        "match" => Does::Match(compare(body, names, direction)),
        "vmap" => map(body, names, direction),
        "set" if body.get("stmt").is_some() => Does::Unknown,
        "mangle" => mangle(body),
        _ if GO_ON.contains(&kind) => Does::GoOn,
        _ => verdict(statement).map_or(Does::Unknown, Does::Decide),
    }
}

/// Marks decide nothing by themselves; what changes addresses or ports is not followed.
fn mangle(body: &Value) -> Does {
    let marks = ["meta", "ct"].iter().any(|kind| body.get("key").is_some_and(|key| key.get(kind).is_some()));
    if marks { Does::GoOn } else { Does::Unknown }
}

fn verdict(statement: &Value) -> Option<Verdict> {
    let word = statement.as_str();
    let object = statement.as_object().and_then(|object| object.iter().next());
    let (kind, body) =
        object.map(|(kind, body)| (kind.as_str(), body)).or(word.map(|word| (word, &Value::Null)))?;
    let target = || text(body, "target").to_owned();
    Some(match kind {
        // Sources are only translated when all is decided.
        "accept" | "snat" | "masquerade" => Verdict::Decide(Action::Allow),
        "drop" | "reject" => Verdict::Decide(Action::Deny),
        "jump" => Verdict::Jump(target()),
        "goto" => Verdict::Goto(target()),
        "return" => Verdict::Return,
        "dnat" | "redirect" | "tproxy" | "fwd" => Verdict::Unknown(format!(
            "`{}` sends traffic elsewhere, perhaps to a container: its own filters are not in the input",
            quote(statement)
        )),
        "queue" | "synproxy" => Verdict::Unknown(not_understood(statement)),
        _ => return None,
    })
}

/// A map from values to verdicts, written out or by name.
fn map(body: &Value, names: &Names, direction: Direction) -> Does {
    let unknown = || Does::Decide(Verdict::Unknown(not_understood(body)));
    let (Some(key), Some(data)) = (body.get("key"), body.get("data")) else { return unknown() };
    let elsewhere = data.as_str().and_then(|name| names.get(name.trim_start_matches('@')));
    let rows = elsewhere.and_then(|map| map.get("elem")).or(data.get("set"));
    let Some(rows) = rows.and_then(Value::as_array) else { return unknown() };
    let mut verdicts = Vec::new();
    for row in rows {
        let Some([value, then]) = row.as_array().map(Vec::as_slice) else { return unknown() };
        let value = value.get("elem").and_then(|elem| elem.get("val")).unwrap_or(value);
        let comparison = serde_json::json!({ "op": "==", "left": key, "right": value });
        if then.get("continue").is_some() {
            continue;
        }
        let Some(verdict) = verdict(then) else { return unknown() };
        verdicts.push((compare(&comparison, names, direction), verdict));
    }
    Does::Map(verdicts)
}
