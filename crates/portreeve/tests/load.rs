//! Sources as users have them: good, odd and broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use portreeve::load::{
    LoadError, LoadOptions, Loaded, Progress, Unwatched, Wanted, documents, load, load_documents, locate,
};
use tempfile::TempDir;

/// Enough groups for several blocks of text.
const GROUPS: u32 = 8000;

/// What to do about a broken document.
const AGAIN: &str = "collect or copy it again, or use `--keep-going`";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn path(name: &str) -> String {
    fixtures().join(name).display().to_string()
}

fn with(threads: usize, keep_going: bool, sources: &[String]) -> Result<Loaded, LoadError> {
    load(sources, &LoadOptions { keep_going, threads }, &Unwatched)
}

fn read(sources: &[String]) -> Result<Loaded, LoadError> {
    with(2, false, sources)
}

/// A response with one group and one rule of it, as the vendor's CLI prints it.
fn rules(id: u32) -> String {
    format!(
        "{{\n\t\"InnerAccessPolicy\": \"Drop\",\n\t\"NextToken\": \"\",\n\t\"Permissions\": {{\n\t\t\"Permission\": [\n\t\t\t{{\n\
         \t\t\t\t\"Direction\": \"ingress\",\n\t\t\t\t\"IpProtocol\": \"TCP\",\n\t\t\t\t\"Policy\": \"Accept\",\n\
         \t\t\t\t\"PortRange\": \"22/22\",\n\t\t\t\t\"Priority\": 1,\n\t\t\t\t\"SecurityGroupRuleId\": \"sgr-{id}\",\n\
         \t\t\t\t\"SourceCidrIp\": \"0.0.0.0/0\"\n\t\t\t}}\n\t\t]\n\t}},\n\t\"SecurityGroupId\": \"sg-{id}\",\n\
         \t\"VpcId\": \"vpc-1\"\n}}\n"
    )
}

/// An empty folder.
fn empty_folder() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

struct Folder(TempDir);

impl Folder {
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        path.parent().map(fs::create_dir_all).unwrap().unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn path(&self) -> String {
        self.0.path().display().to_string()
    }
}

/// The ids of all groups, in their order.
fn groups(loaded: &Loaded) -> Vec<&str> {
    loaded.estate.groups.iter().map(|group| loaded.estate.text(group.id)).collect()
}

#[test]
fn odd_sources_are_read_without_a_word() {
    for name in [
        "bom.json",
        "crlf.json",
        "two-responses.json",
        "no-space-between.json",
        "array.json",
        "lines.ndjson",
        "lines.ndjson.gz",
        "lines.ndjson.zst",
        "wrapped",
        "named-entries",
    ] {
        let loaded = read(&[path(&format!("bad/odd/{name}"))]).unwrap();
        assert_eq!(loaded.warnings, [], "{name}");
        assert_eq!(groups(&loaded), ["sg-bp1tiny0000000000001"], "{name}");
        assert!(!loaded.estate.groups[0].rules.is_empty(), "{name}");
        // Only the listing that would tell the type of the group is not there.
        let told = |gap: &portreeve_model::Gap| gap.what.contains("DescribeSecurityGroups`");
        assert!(loaded.estate.gaps.iter().all(told), "{name}: {:?}", loaded.estate.gaps);
    }
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    let cases: [(&str, &[&str]); 12] = [
        ("truncated.json", &["truncated.json:27:", "ends too early", "collect or copy it again"]),
        ("truncated.json.gz", &["truncated.json.gz`", "compressed data ends too early", "again"]),
        ("not-json.xml", &["not-json.xml`", "XML", "Format=JSON"]),
        ("xml-saved-as.json", &["xml-saved-as.json`", "XML", "Format=JSON"]),
        ("login-page.html", &["login-page.html`", "HTML page", "login"]),
        ("login-page-saved-as.json", &["login-page-saved-as.json`", "HTML page", "login"]),
        ("empty-file.json", &["empty-file.json`", "is empty", "fail"]),
        ("empty-folder", &["empty-folder`", "no .json or .ndjson", "aliyun ecs DescribeSecurityGroups"]),
        ("utf-16.json", &["utf-16.json`", "UTF-16", "UTF-8"]),
        ("latin-1.json", &["latin-1.json:9:", "not UTF-8"]),
        ("unknown-document.json", &["nothing to check", "`Inventory`, `Owner`, `RequestId`", "Alibaba"]),
        ("aws-describe-security-groups.json", &["nothing to check", "AWS", "not supported"]),
    ];
    for (name, words) in cases {
        let error = read(&[path(&format!("bad/{name}"))]).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{name}: `{word}` in: {error}");
        }
    }
}

#[test]
fn a_name_does_not_make_a_file_compressed() {
    let loaded = read(&[path("bad/not-gzip.json.gz")]).unwrap();
    assert_eq!(groups(&loaded), ["sg-bp1tiny0000000000001"], "what a file is shows in its bytes");
}

#[test]
fn keep_going_turns_broken_files_into_gaps() {
    for name in [
        "truncated.json",
        "truncated.json.gz",
        "not-json.xml",
        "empty-file.json",
        "utf-16.json",
        "latin-1.json",
    ] {
        let sources = [path("bad/odd/bom.json"), path(&format!("bad/{name}"))];
        assert!(read(&sources).is_err(), "{name}");
        let loaded = with(2, true, &sources).unwrap();
        assert_eq!(groups(&loaded), ["sg-bp1tiny0000000000001"], "{name}");
        let [warning] = loaded.warnings.as_slice() else { panic!("{name}: {:?}", loaded.warnings) };
        assert!(warning.path.ends_with(name));
        assert_eq!(loaded.estate.unread.len(), 1, "{name}");
        let gap = loaded.estate.gap(loaded.estate.unread[0]);
        assert!(gap.at.contains(name), "{name}: {gap:?}");
    }
}

#[test]
fn sources_are_named_when_they_do_not_exist() {
    let error = read(&["no/such/folder".to_owned()]).unwrap_err().to_string();
    assert!(error.starts_with("`no/such/folder` does not exist"), "{error}");
    assert!(matches!(read(&[]), Err(LoadError::NoSource)));
}

#[test]
fn folders_are_walked_in_order_and_other_files_told() {
    let folder = empty_folder();
    folder.file("b/2.json", rules(2));
    folder.file("a.JSON", rules(1));
    folder.file("b.ndjson", rules(3));
    folder.file(".hidden/9.json", rules(9));
    folder.file("b/readme.txt", "not read");
    let loaded = read(&[folder.path()]).unwrap();
    // `b` comes before `b.ndjson`.
    assert_eq!(groups(&loaded), ["sg-1", "sg-2", "sg-3"]);
    let [warning] = loaded.warnings.as_slice() else { panic!("{:?}", loaded.warnings) };
    assert_eq!(warning.path, folder.path());
    assert!(warning.text.starts_with("1 file is no .json or .ndjson and not read: `"), "{}", warning.text);

    let named = read(&[folder.file("responses.txt", rules(7))]).unwrap();
    assert_eq!(groups(&named), ["sg-7"], "a file that is named is read whatever its name");
}

#[test]
fn results_do_not_depend_on_threads_or_files() {
    let all: String = (0..GROUPS).map(rules).collect();
    let folder = empty_folder();
    let one = folder.file("one.json", &all);
    // One line for everything, so that no end can be guessed.
    let line = folder.file("line.json", all.replace(['\n', '\t'], ""));
    // A list whose elements start their lines, so that every guess is wrong.
    let list =
        folder.file("list.json", format!("[\n{}\n]", (0..GROUPS).map(rules).collect::<Vec<_>>().join(",")));
    let many = empty_folder();
    for (at, first) in (0..GROUPS).step_by(500).enumerate() {
        many.file(&format!("{at:02}.json"), (first..first + 500).map(rules).collect::<String>());
    }
    assert!(all.len() > 1 << 20, "more than one block");
    let expected: Vec<String> = (0..GROUPS).map(|id| format!("sg-{id}")).collect();
    for source in [one, line, list, many.path()] {
        for threads in [1, 2, 5] {
            let loaded = with(threads, false, std::slice::from_ref(&source)).unwrap();
            assert_eq!(groups(&loaded), expected, "{source} {threads}");
            assert!(loaded.estate.groups.iter().all(|group| group.rules.len() == 1));
            assert_eq!(loaded.warnings, []);
        }
    }
}

#[test]
fn later_sources_count() {
    let folder = empty_folder();
    let (one, two) =
        (folder.file("1.json", rules(1)), folder.file("2.json", rules(1).replace("22/22", "23/23")));
    for (sources, port) in [([&one, &two], 23), ([&two, &one], 22)] {
        let loaded = read(&sources.map(Clone::clone)).unwrap();
        let [rule] = loaded.estate.groups[0].rules.as_slice() else { panic!("one rule") };
        assert_eq!(rule.ports, portreeve_model::Ports::Range(portreeve_model::PortRange::one(port)));
    }
}

#[test]
fn errors_in_the_middle_have_their_line_and_column() {
    let good: String = (0..2000).map(rules).collect();
    let lines = good.lines().count();
    let folder = empty_folder();
    let cases = [
        // `"NextToken"` of the broken response stands on its third line.
        (
            rules(1).replacen("\"NextToken\": \"\"", "\"NextToken\" \"\"", 1),
            3,
            14,
            "expected a colon after a key",
        ),
        ("nonsense\n".to_owned(), 1, 1, "expected a value"),
        (rules(1).replacen("\"sg-1\"", "\"sg-1", 1), 17, 27, "a string is not closed before its line ends"),
    ];
    for (broken, line, column, what) in cases {
        let path = folder.file("broken.json", format!("{good}{broken}{good}"));
        let error = read(std::slice::from_ref(&path)).unwrap_err().to_string();
        assert_eq!(error, format!("{path}:{}:{column}: not JSON: {what}; {AGAIN}", lines + line));
    }
    let path = folder.file("cut.json", format!("{good}{}", &rules(1)[..100]));
    let error = read(std::slice::from_ref(&path)).unwrap_err().to_string();
    assert!(
        error.contains(&format!("the response that starts at line {} is cut short", lines + 1)),
        "{error}"
    );

    let kept = with(2, true, &[path]).unwrap();
    assert_eq!(kept.estate.groups.len(), 2000, "what came before is used");
}

#[test]
fn deep_nesting_does_no_harm() {
    let folder = empty_folder();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let good = folder.file("good.json", rules(1));
    for text in [
        deep("[", "]"),
        deep("{\"a\":", "}").replace(":}", ":1}"),
        deep("{\"SecurityGroups\":", "}").replace(":}", ":1}"),
    ] {
        let path = folder.file("deep.json", &text);
        let loaded = read(&[good.clone(), path]).unwrap();
        assert_eq!(groups(&loaded), ["sg-1"]);
        assert_eq!(
            loaded.warnings.len() + loaded.estate.unread.len(),
            1,
            "it is told: {:?}",
            loaded.warnings
        );
    }
    let open = folder.file("open.json", "[".repeat(10_000));
    assert!(matches!(read(&[open]), Err(LoadError::Cut { .. })));
}

#[test]
fn a_huge_file_that_is_no_response_fails_at_its_first_byte() {
    let folder = empty_folder();
    // Five gigabytes that take no room: a string that never ends, as far as anyone reads.
    let path = folder.file("string.json", format!("\"{}", "a".repeat(1000)));
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(5 << 30).unwrap();
    let error = read(&[path]).unwrap_err().to_string();
    assert!(error.contains("a bare string"), "{error}");
}

#[test]
fn progress_ends_at_the_size_of_the_files() {
    #[derive(Default)]
    struct Watched(Mutex<Vec<(u64, Option<u64>)>>);
    impl Progress for Watched {
        fn advance(&self, done: u64, total: Option<u64>) {
            self.0.lock().unwrap().push((done, total));
        }
    }
    let folder = empty_folder();
    let text: String = (0..GROUPS).map(rules).collect();
    let path = folder.file("all.json", &text);
    let watched = Watched::default();
    load(&[path], &LoadOptions::default(), &watched).unwrap();
    let seen = watched.0.into_inner().unwrap();
    let size = text.len() as u64;
    assert!(seen.len() > 1 && seen.iter().all(|(done, total)| *done <= size && *total == Some(size)));
    assert!(seen.contains(&(size, Some(size))));
}

#[test]
fn compressed_files_are_read_whole() {
    let folder = empty_folder();
    let text: String = (0..GROUPS).map(rules).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = folder.file("all.json.gz", gzip.finish().unwrap());
    let zstd =
        ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    // A frame to skip stands between the two halves.
    let mut frames = zstd.clone();
    frames.extend_from_slice(&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    let more: String = (GROUPS..GROUPS + 100).map(rules).collect();
    frames.extend_from_slice(&ruzstd::encoding::compress_to_vec(
        more.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    ));
    let zstd = folder.file("all.json.zst", frames);
    assert_eq!(read(std::slice::from_ref(&gzip)).unwrap().estate.groups.len(), GROUPS as usize);
    assert_eq!(read(std::slice::from_ref(&zstd)).unwrap().estate.groups.len(), GROUPS as usize + 100);
    // An error in compressed text is told by its line in the text.
    let mut broken = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    broken.write_all(format!("{text}oops").as_bytes()).unwrap();
    let broken = folder.file("broken.json.gz", broken.finish().unwrap());
    let error = read(std::slice::from_ref(&broken)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{broken}:{}:1: not JSON: expected a value; {AGAIN}", text.lines().count() + 1)
    );
}

/// Documents that were kept say what the files said: compressed or not, whole or broken, however many.
#[test]
fn documents_in_memory_say_what_files_say() {
    let folder = empty_folder();
    let all: String = (0..GROUPS).map(rules).collect();
    folder.file("a/all.json", &all);
    folder.file("a/late.json", rules(1).replace("22/22", "23/23"));
    folder.file("broken.json", format!("{}nonsense", rules(GROUPS)));
    for name in ["lines.ndjson.gz", "lines.ndjson.zst", "bom.json"] {
        folder.file(name, fs::read(path(&format!("bad/odd/{name}"))).unwrap());
    }
    let whole = [path("bad/odd/wrapped"), folder.path() + "/a"];
    let broken = [folder.path()];
    for (sources, keep_going) in [(&whole[..], false), (&whole, true), (&broken, false), (&broken, true)] {
        let kept = documents(sources).unwrap().into_iter();
        let kept: Vec<_> = kept.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect();
        let options = LoadOptions { keep_going, threads: 2 };
        let from_memory = load_documents(kept, &options, &Unwatched);
        match (with(2, keep_going, sources), from_memory) {
            (Ok(files), Ok(memory)) => {
                assert!(files.estate.groups.len() > 1);
                assert!(format!("{files:?}") == format!("{memory:?}"), "{sources:?}");
            }
            (Err(files), Err(memory)) => assert_eq!(files.to_string(), memory.to_string()),
            other => panic!("{sources:?}: {other:?}"),
        }
    }
    let none = load_documents(Vec::new(), &LoadOptions::default(), &Unwatched);
    assert!(matches!(none, Err(LoadError::NoSource)));
    let useless = vec![("readme.json".to_owned(), b"{}".to_vec())];
    let error = load_documents(useless, &LoadOptions::default(), &Unwatched).unwrap_err().to_string();
    assert!(error.starts_with("nothing to check in `readme.json`"), "{error}");
}

#[test]
fn lines_of_ids_are_found_in_their_responses() {
    let folder = empty_folder();
    let path = folder.file("all.json", (0..GROUPS).map(rules).collect::<String>());
    let loaded = read(&[path]).unwrap();
    let estate = &loaded.estate;
    let lines_each = rules(0).lines().count() as u64;
    let groups: Vec<_> = estate.groups.iter().rev().collect();
    let mut wanted: Vec<Wanted<'_>> = groups
        .iter()
        .map(|group| Wanted { origin: group.origin.unwrap(), id: estate.text(group.id) })
        .collect();
    let first = estate.groups[0].origin.unwrap();
    wanted.push(Wanted { origin: first, id: "sgr-0" });
    wanted.push(Wanted { origin: first, id: "not there" });
    let lines = locate(estate, &wanted);
    for (at, group) in groups.iter().enumerate() {
        let number: u64 = estate.text(group.id).strip_prefix("sg-").unwrap().parse().unwrap();
        assert_eq!(lines[at], Some(number * lines_each + 17), "{number}");
    }
    // The rule's own id, and the response where there is none.
    assert_eq!(&lines[groups.len()..], [Some(12), Some(1)]);
}
