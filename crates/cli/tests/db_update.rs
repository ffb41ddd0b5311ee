//! `porthole db update` against a server that truncates, stalls, sends parts, has nothing new or nothing at all. Loopback only; the
//! server is a thread of the test and ends with it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// As a good server does: 200, 206 or 304.
    Serve,
    /// Announces everything, sends a part, hangs up.
    Truncate(usize),
    /// Announces everything, sends a part, says nothing more.
    Stall(usize),
    /// Ignores the range that was asked for and sends everything.
    IgnoreRange,
    /// Sends another range than asked for.
    WrongRange,
    /// Answers with a status and nothing else.
    Status(u16),
}

/// Path, range and status of each request.
type Log = Vec<(String, Option<String>, u16)>;

struct Server {
    base: String,
    /// Requests so far: path, range, status.
    log: Arc<Mutex<Log>>,
}

/// Serves `body` under every path that ends with `all.zip`; the acts are used up one by one, then it is a good server.
fn server(body: Vec<u8>, acts: &[Act]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let base = format!("http://{}", listener.local_addr().expect("address"));
    let log = Arc::new(Mutex::new(Log::new()));
    let (seen, acts) = (log.clone(), acts.to_vec());
    std::thread::spawn(move || {
        let mut acts = acts.into_iter();
        for stream in listener.incoming().map_while(Result::ok) {
            let act = acts.next().unwrap_or(Act::Serve);
            let _ = answer(stream, &body, act, &seen);
        }
    });
    Server { base, log }
}

const ETAG: &str = "\"v1\"";

fn answer(mut stream: TcpStream, body: &[u8], act: Act, log: &Mutex<Log>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let path = lines.next().transpose()?.unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut range, mut none_match) = (None, None);
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "range" => range = Some(value.to_owned()),
            "if-none-match" => none_match = Some(value.to_owned()),
            _ => {}
        }
    }
    let start = range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.trim_end_matches('-').parse::<usize>().ok());
    let mut head = |status: u16, extra: &str, length: usize| {
        log.lock().expect("log").push((path.clone(), range.clone(), status));
        write!(stream, "HTTP/1.1 {status} x\r\nConnection: close\r\nETag: {ETAG}\r\nContent-Length: {length}\r\n{extra}\r\n")
    };
    let (from, upto) = match (act, start) {
        (Act::Status(status), _) => return head(status, "", 0),
        (Act::Serve, _) if none_match.as_deref() == Some(ETAG) => return head(304, "", 0),
        (Act::WrongRange, Some(_)) => {
            head(206, &format!("Content-Range: bytes 0-9/{}\r\n", body.len()), 10)?;
            (0, 10)
        }
        (Act::IgnoreRange, _) | (_, None) => {
            head(200, "", body.len())?;
            (0, body.len())
        }
        (_, Some(start)) => {
            head(206, &format!("Content-Range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len()), body.len() - start)?;
            (start, body.len())
        }
    };
    match act {
        Act::Truncate(count) => stream.write_all(&body[from..(from + count).min(upto)]),
        Act::Stall(count) => {
            stream.write_all(&body[from..(from + count).min(upto)])?;
            stream.flush()?;
            let stalled = stream;
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(5));
                drop(stalled);
            });
            Ok(())
        }
        _ => stream.write_all(&body[from..upto]),
    }
}

fn dump() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for i in 0..50 {
        zip.start_file(format!("X-{i}.json"), stored).expect("entry");
        let record = format!(
            r#"{{"id":"X-{i}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"p{i}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.0.0"}}]}}]}}]}}"#
        );
        zip.write_all(record.as_bytes()).expect("memory");
    }
    zip.finish().expect("zip").into_inner()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn update(server: &Server, out: &Path, ecosystem: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_porthole"))
        .args(["db", "update", "--kev-from", "none", "--epss-from", "none", "--timeout", "1", "--quiet"])
        .args(["--ecosystem", ecosystem, "--from", &server.base, "--out"])
        .arg(out)
        // A proxy of the machine has no business between a test and its own server.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("porthole")
}

fn statuses(server: &Server) -> Vec<u16> {
    server.log.lock().expect("log").iter().map(|(_, _, status)| *status).collect()
}

fn rows(out: &Path) -> usize {
    let index = std::fs::read_to_string(out.join("index.json")).expect("index");
    let at = index.find("\"rows\": ").expect("rows") + 8;
    index[at..].chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("number")
}

#[test]
fn a_download_goes_on_where_it_broke_off_however_it_broke() {
    let body = dump();
    let third = body.len() / 3;
    for (name, acts, expected) in [
        ("whole", vec![], vec![200]),
        ("truncated", vec![Act::Truncate(third)], vec![200, 206]),
        ("truncated-twice", vec![Act::Truncate(third), Act::Truncate(third)], vec![200, 206, 206]),
        ("stalled", vec![Act::Stall(third)], vec![200, 206]),
        ("no-ranges", vec![Act::Truncate(third), Act::IgnoreRange], vec![200, 200]),
        ("wrong-range", vec![Act::Truncate(third), Act::WrongRange], vec![200, 206, 200]),
        ("changed", vec![Act::Truncate(third), Act::Status(416)], vec![200, 416, 200]),
        ("unwell", vec![Act::Status(503), Act::Status(429)], vec![503, 429, 200]),
    ] {
        let (out, server) = (folder(&format!("update-{name}")), server(body.clone(), &acts));
        let done = update(&server, &out, "npm");
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(statuses(&server), expected, "{name}");
        assert_eq!(rows(&out), 50, "{name}");
        assert_eq!(std::fs::read(out.join("downloads/npm/all.zip")).expect("dump"), body, "{name}");
    }
}

#[test]
fn what_has_not_changed_is_not_fetched_again() {
    let (out, server) = (folder("update-again"), server(dump(), &[]));
    assert!(update(&server, &out, "npm").status.success());
    assert!(update(&server, &out, "npm").status.success());
    assert_eq!(statuses(&server), [200, 304]);
    assert_eq!(rows(&out), 50);
}

#[test]
fn a_failed_update_leaves_the_database_and_can_be_resumed() {
    let body = dump();
    let out = folder("update-failed");
    assert!(update(&server(body.clone(), &[]), &out, "npm").status.success());
    let before = std::fs::read(out.join("index.json")).expect("index");

    // Another ecosystem, from a server that gives a part and then nothing any more.
    let broken =
        server(body.clone(), &[Act::Truncate(100), Act::Truncate(0), Act::Truncate(0), Act::Truncate(0), Act::Truncate(0)]);
    let done = update(&broken, &out, "Rocky Linux");
    assert_eq!(done.status.code(), Some(2));
    let message = String::from_utf8(done.stderr).expect("UTF-8");
    assert!(message.contains("100 bytes are kept to go on from"), "{message}");
    assert_eq!(std::fs::read(out.join("index.json")).expect("index"), before);
    assert!(broken.log.lock().expect("log")[0].0.ends_with("/Rocky%20Linux/all.zip"));

    let well = server(body, &[]);
    assert!(update(&well, &out, "Rocky Linux").status.success());
    assert_eq!(well.log.lock().expect("log")[0].1.as_deref(), Some("bytes=100-"));

    let absent = server(dump(), &[Act::Status(404)]);
    let done = update(&absent, &out, "nonsense");
    assert!(String::from_utf8_lossy(&done.stderr).contains("the server does not have it"));
    let refused = server(dump(), &[Act::Status(403)]);
    assert!(String::from_utf8_lossy(&update(&refused, &out, "other").stderr).contains("status 403"));
    assert_eq!(statuses(&refused), [403], "a refusal is not tried again");
}
