//! `cargo xtask`: set-up, build, serve, test. One command each, on a fresh machine too.
//!
//! Knows: which programs make the project and in which order. Must not know: any rule of analysis, any format inside
//! an image. Nothing in the product depends on this crate. Proof: the unit tests beside each rule, and `.ci/run`,
//! which is this program's `test` and nothing else.

mod bench;
mod child;
mod counts;
mod fingerprint;
mod project;
mod run;
mod serve;
mod setup;
mod step;

use std::process::ExitCode;

use project::Project;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  build                 build the page into www/dist: static files for any web server, under any path
  edge                  build the edge worker into worker/build, for wrangler and workerd
  serve [--port N]      build page and edge, serve them on this machine, print their address
  test [STEP...]        set up and run everything: Rust, WASM, browser, edge; or the named steps and what they need
  test --list           the steps, a line each
  standalone [--out FILE] [--advisories ECOSYSTEM]...
                        the whole page in one file that works from file:// (default: target/porthole.html)
  fuzz [--seconds N]    run every fuzz target for N seconds (default: 60)
  bench [--runs N]      measure Porthole beside the tools that people use today; writes BENCHMARKS.md
  bench growth          measure what more bytes and more entries cost; writes docs/growth.svg

environment:
  PORTHOLE_WASM_TOOLCHAIN=debian   build std for wasm32 from Debian's Rust sources instead of `rustup target add`
  PORTHOLE_TOOLS=DIR               where the tools are kept (default: target/tools)
  PORTHOLE_IMAGES=DIR              real images for the tests (default: target/images)
  PORTHOLE_OSV=PATH                OSV records for the page's advisory database (default: ../shared/advisories, if there; else
                                   `serve` downloads OSV's dumps while it serves; `none` for no database at all)
  PORTHOLE_CHROMIUM=FILE           the browser for the tests (default: the usual places)
";

/// How long `fuzz` runs a target, unless told otherwise.
const FUZZ_SECONDS: u64 = 60;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let project = Project::here();
    let done = match args.as_slice() {
        ["build"] => run::build(&project),
        ["edge"] => run::worker(&project),
        ["serve"] => run::serve(&project, None),
        ["serve", "--port", port] if port.parse::<u16>().is_ok() => run::serve(&project, port.parse().ok()),
        ["standalone", rest @ ..] => run::standalone(&project, rest),
        ["fuzz"] => run::fuzz(&project, FUZZ_SECONDS),
        ["fuzz", "--seconds", seconds] if seconds.parse::<u64>().is_ok() => {
            run::fuzz(&project, seconds.parse().unwrap_or(FUZZ_SECONDS))
        }
        ["bench", rest @ ..] => bench::command(&project, rest),
        ["test", rest @ ..] => run::test(&project, rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}
