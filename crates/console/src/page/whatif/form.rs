//! The editor: all edits in words, and small forms that write the most usual ones.

use maud::{Markup, html};
use portreeve::model::{Direction, Rule};
use portreeve::report::{plain, say};
use portreeve::whatif::{Wish, parse, wished};

use super::Editor;

/// Rules that the small forms offer; of more, one is named in words.
const OFFERED: usize = 200;

const PROTOCOLS: [&str; 6] = ["tcp", "udp", "icmp", "icmpv6", "gre", "all"];

impl Editor<'_, '_> {
    /// The edit that a small form asks for, if one was sent.
    pub(super) fn asked(&self) -> Option<Result<String, String>> {
        match self.params.get("do")? {
            "add" => Some(self.add()),
            "remove" => Some(self.remove()),
            "rank" => Some(self.rank()),
            _ => None,
        }
    }

    /// Puts the fields into words, and reads these: what comes out is an edit, or says what is wrong.
    fn add(&self) -> Result<String, String> {
        let field = |name| self.params.text(name);
        let outward = field("direction") == "out";
        let mut words = vec![quoted(self.id)? + ":"];
        words.extend([field("action"), field("protocol"), field("ports")].map(str::to_owned));
        words.push(if outward { "to" } else { "from" }.to_owned());
        words.push(field("peer").to_owned());
        if !field("priority").is_empty() {
            words.extend(["priority".to_owned(), field("priority").to_owned()]);
        }
        if !field("description").is_empty() {
            words.extend(["as".to_owned(), quoted(field("description"))?]);
        }
        parse(&words.join(" ")).map(|wish| wish.to_string()).map_err(|why| why.to_string())
    }

    fn remove(&self) -> Result<String, String> {
        let rule = self.params.text("rule");
        self.rule(rule)?;
        quoted(rule)?;
        Ok(Wish::Remove { group: Some(self.own()?), rule: rule.to_owned() }.to_string())
    }

    /// Changes the priority of a rule, which takes the whole rule in words.
    fn rank(&self) -> Result<String, String> {
        let (name, number) = (self.params.text("rule"), self.params.text("rank"));
        let rule = self.rule(name)?;
        let priority =
            number.parse().map_err(|_| format!("`{}` is no priority: write a number", plain(number)))?;
        let to = wished(self.scene.estate(), rule).ok_or_else(|| {
            format!("rule `{}` cannot be put into words: change it where it was made", plain(name))
        })?;
        quoted(name)?;
        let to = portreeve::whatif::WishedRule { priority: Some(priority), ..to };
        Ok(Wish::Change { group: self.own()?, rule: name.to_owned(), to }.to_string())
    }

    /// The id of the group, if edits have words for it.
    fn own(&self) -> Result<String, String> {
        quoted(self.id).map(|_| self.id.to_owned())
    }

    fn rule(&self, name: &str) -> Result<&Rule, String> {
        let known = self.rules().find(|(own, _)| own == name);
        known
            .map(|(_, rule)| rule)
            .ok_or_else(|| format!("the group has no rule `{}`: choose one of the list", plain(name)))
    }

    fn rules(&self) -> impl Iterator<Item = (String, &Rule)> {
        let estate = self.scene.estate();
        let group = estate.group(self.ix);
        group.rules.iter().map(move |rule| (estate.rule_name(group.id, rule), rule))
    }

    /// The editor; `wrong` is what a small form said that is no edit.
    pub(super) fn form(&self, wrong: Option<&str>) -> Markup {
        let text = self.edits.join("\n");
        html! {
            form.whatif method="get" action=(self.path()) data-whatif="" {
                label for="edits" { "Edits, one to a line, in the words of " code { "portreeve whatif" } }
                textarea #edits name="edits" rows=(self.edits.len().clamp(3, 12) + 1) spellcheck="false"
                    placeholder={ (self.id) ": allow tcp 443 from 0.0.0.0/0 in" } { (text) }
                div.fields {
                    button.primary { "Show what changes" }
                    @if !self.edits.is_empty() { a.button href=(self.path()) { "Start again" } }
                }
                @if let Some(wrong) = wrong { p.failed role="alert" { (wrong) } }
                div.grid {
                    (self.add_form())
                    (self.rule_forms())
                }
                details {
                    summary { "All edits that there are" }
                    ul.words {
                        @for words in WORDS { li { code { (words) } } }
                    }
                }
            }
        }
    }

    fn add_form(&self) -> Markup {
        let field = |name| self.params.text(name);
        html! {
            fieldset.panel {
                legend { "Add a rule" }
                div.fields {
                    label { "Direction" select name="direction" {
                        option value="in" { "inbound" }
                        option value="out" selected[field("direction") == "out"] { "outbound" }
                    } }
                    label { "Action" select name="action" {
                        option { "allow" }
                        option selected[field("action") == "deny"] { "deny" }
                    } }
                    label { "Protocol" select name="protocol" {
                        @for protocol in PROTOCOLS { option selected[field("protocol") == protocol] { (protocol) } }
                    } }
                    label { "Ports" input name="ports" size="9" placeholder="443" value=(field("ports")); }
                    label { "From or to" input name="peer" size="18" placeholder="203.0.113.0/24" value=(field("peer")); }
                    label { "Priority" input name="priority" size="4" inputmode="numeric" placeholder="1" value=(field("priority")); }
                    button name="do" value="add" { "Add" }
                }
            }
        }
    }

    fn rule_forms(&self) -> Markup {
        html! {
            fieldset.panel {
                legend { "Change a rule that there is" }
                div.fields {
                    label {
                        "Rule"
                        select name="rule" {
                            option value="" { "choose a rule" }
                            @for (name, rule) in self.rules().take(OFFERED) {
                                option value=(name) selected[name == self.params.text("rule")] { (label(&name, rule, self)) }
                            }
                        }
                    }
                    button name="do" value="remove" { "Remove it" }
                    label { "New priority" input name="rank" size="4" inputmode="numeric"; }
                    button name="do" value="rank" { "Change its priority" }
                }
            }
        }
    }
}

/// A rule in one line of a choice.
fn label(name: &str, rule: &Rule, editor: &Editor<'_, '_>) -> String {
    const ROOM: usize = 90;
    let way = if rule.direction == Direction::Ingress { "in" } else { "out" };
    let words = format!("{way}: {} ({})", say::rule(editor.scene.estate(), rule), plain(name));
    match words.char_indices().nth(ROOM) {
        None => words,
        Some(_) => words.chars().take(ROOM - 1).chain(['…']).collect(),
    }
}

/// A word in quotation marks, in which nothing is a keyword; there are no words for one that has such marks itself.
fn quoted(word: &str) -> Result<String, String> {
    if word.contains(['"', '\n', '\r']) {
        return Err(format!(
            "edits have no words for `{}`, because it has quotation marks or line breaks",
            plain(word)
        ));
    }
    Ok(format!("\"{word}\""))
}

/// One example of each form of edit.
const WORDS: [&str; 9] = [
    "sg-web: allow tcp 443 from 0.0.0.0/0 priority 1 in",
    "sg-web: deny tcp 22 from any",
    "sg-web: remove sgr-1",
    "sg-web: change sgr-1 to allow tcp 22 from 203.0.113.0/24",
    "join i-1 sg-web",
    "leave i-1 sg-web",
    "clone sg-web as sg-web-2",
    "create sg-new like sg-web",
    "delete sg-old",
];
