//! Words that nothing can break out of.

use super::shell::{comment, option, word};
use super::terraform::string;

#[test]
fn a_word_of_the_shell_is_one_word() {
    let cases = [
        ("sg-1", "sg-1"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("", "''"),
        ("two words", "'two words'"),
        ("$(reboot)", "'$(reboot)'"),
        ("a\"b`c$d\\e", "'a\"b`c$d\\e'"),
        // What holds a single quote is put in double ones, with everything escaped that they do not stop.
        ("it's", "\"it's\""),
        ("'$(x)`y`\"\\", "\"'\\$(x)\\`y\\`\\\"\\\\\""),
        ("';reboot;'", "\"';reboot;'\""),
        ("*", "'*'"),
        ("~root", "'~root'"),
    ];
    for (text, expected) in cases {
        assert_eq!(word(text), expected, "{text}");
    }
}

#[test]
fn a_value_is_never_taken_for_an_option() {
    assert_eq!(option("PortRange", "-1/-1"), " --PortRange=-1/-1");
    assert_eq!(option("PortRange", "22/22"), " --PortRange 22/22");
    assert_eq!(option("Name", "--all x"), " --Name='--all x'");
}

#[test]
fn a_comment_ends_with_its_line() {
    assert_eq!(comment("a\nreboot\r\u{2028}x"), "# a\\nreboot\\r\\u{2028}x");
}

#[test]
fn a_string_of_terraform_holds_no_template() {
    let cases = [
        ("plain", "\"plain\""),
        ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("${file(\"x\")}", "\"$${file(\\\"x\\\")}\""),
        ("%{ if x }", "\"%%{ if x }\""),
        ("$5 100%", "\"$5 100%\""),
        ("a\nb", "\"a\\nb\""),
    ];
    for (text, expected) in cases {
        assert_eq!(string(text), expected, "{text}");
    }
}
