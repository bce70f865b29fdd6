//! The help of every command, its man pages, and its completions.

use std::process::Command;

use crate::desk::Desk;

/// Every command there is, by the names that lead to it; without `help`.
fn commands(desk: &Desk) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        let help = desk.run(&format!("{command} --help")).out;
        let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let is_name = |line: &&str| !line.starts_with("   ");
        let listed = listed.lines().take_while(|line| !line.is_empty()).filter(is_name);
        let names = listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        found.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
        next += 1;
    }
    found
}

#[test]
fn every_command_shows_an_example_and_its_help_is_known() {
    let desk = Desk::empty("every_help");
    let commands = commands(&desk);
    insta::assert_snapshot!(commands.join("\n"), @"

    policy
    explain
    audit
    replay
    completions
    man
    policy init
    policy check
    policy graph
    policy test
    policy schema
    ");
    for command in commands {
        let ran = desk.run(&format!("{command} --help"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        assert!(ran.out.contains("\nExample"), "`{command}` shows no example");
        insta::assert_snapshot!(format!("tierguard {command}").trim().replace(' ', "_"), ran.out);
    }
}

#[test]
fn what_is_unknown_is_said_with_what_was_perhaps_meant() {
    let desk = Desk::empty("unknown");
    insta::assert_snapshot!(desk.run("adit").shown(), @"
    exit 64
    --- stderr
    error: unrecognized subcommand 'adit'

      tip: a similar subcommand exists: 'audit'

    Usage: tierguard <COMMAND>

    For more information, try '--help'.
    ");
    assert!(desk.run("init --account a.json").err.contains("\n  tip: write `tierguard policy init`\n"));
    assert!(!desk.run("polcy").err.contains("tierguard policy"));
    insta::assert_snapshot!(desk.run("policy chekc").shown(), @"
    exit 64
    --- stderr
    error: unrecognized subcommand 'chekc'

      tip: some similar subcommands exist: 'schema', 'check'

    Usage: tierguard policy <COMMAND>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("audit --acount a.json").shown(), @"
    exit 64
    --- stderr
    error: unexpected argument '--acount' found

      tip: a similar argument exists: '--account'

    Usage: tierguard audit --account <FILE>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("completions tcsh").shown(), @"
    exit 64
    --- stderr
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    ");
}

#[test]
fn every_command_has_a_man_page() {
    let desk = Desk::empty("man");
    let ran = desk.run("man --out pages/man1");
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let pages: std::collections::BTreeSet<_> = std::fs::read_dir(desk.path("pages/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let page = |command: String| format!("{}.1", format!("tierguard {command}").trim().replace(' ', "-"));
    assert_eq!(pages, commands(&desk).into_iter().map(page).collect());
    for page in &pages {
        let text = std::fs::read_to_string(desk.path("pages/man1").join(page)).unwrap();
        assert!(text.contains(&format!(".TH {}", page.trim_end_matches(".1"))), "{page}");
        assert!(text.contains("Example"), "{page}");
    }
    assert_eq!(desk.run("man").out, std::fs::read_to_string(desk.path("pages/man1/tierguard.1")).unwrap());
}

/// Where there is groff, it has nothing to complain about.
#[test]
fn the_man_pages_are_clean() {
    let desk = Desk::empty("man_clean");
    assert_eq!(desk.run("man --out pages").code, 0);
    for entry in std::fs::read_dir(desk.path("pages")).unwrap() {
        let groff = ["-man", "-Tutf8", "-ww", "-z"];
        let Ok(output) = Command::new("groff").args(groff).arg(entry.unwrap().path()).output() else {
            return;
        };
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert!(output.status.success());
    }
}

#[test]
fn a_page_that_cannot_be_written_is_an_error() {
    let desk = Desk::empty("man_refused");
    desk.write("file", "");
    let ran = desk.run("man --out file/man1");
    assert_eq!(ran.code, 1);
    // What the system calls it differs from system to system.
    assert!(
        ran.err.starts_with("error: the page `file/man1/tierguard.1` cannot be written: "),
        "{}",
        ran.err
    );
    assert!(ran.err.ends_with("\n  help: give a folder that you may write to\n"), "{}", ran.err);
}

#[test]
fn there_are_completions_for_every_shell() {
    let desk = Desk::empty("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = desk.run(&format!("completions {shell}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in ["audit", "completions", "explain", "replay", "--fail-on"] {
            assert!(ran.out.contains(word.trim_start_matches('-')), "{shell} lacks {word}");
        }
    }
}

/// What bash offers after `line`, whose last word is being typed.
fn offered(desk: &Desk, line: &str) -> String {
    let script = "source completions.bash; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
                  _tierguard tierguard \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; echo \"${COMPREPLY[*]}\"";
    let output = Command::new("bash")
        .args(["--norc", "-c", script, "bash", line])
        .current_dir(desk.path("."))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let desk = Desk::empty("completions_bash");
    desk.write("completions.bash", desk.run("completions bash").out);
    assert_eq!(offered(&desk, "tierguard re"), "replay");
    assert_eq!(offered(&desk, "tierguard policy gr"), "graph");
    assert_eq!(offered(&desk, "tierguard audit --acc"), "--account");
    assert_eq!(offered(&desk, "tierguard audit --format s"), "sarif");
    assert_eq!(offered(&desk, "tierguard completions z"), "zsh");
}

/// Where there are these shells, they take their scripts.
#[test]
fn zsh_and_fish_take_their_scripts() {
    let desk = Desk::empty("completions_others");
    for shell in ["zsh", "fish"] {
        desk.write(shell, desk.run(&format!("completions {shell}")).out);
        let Ok(output) =
            Command::new(shell).args(["--no-execute", shell]).current_dir(desk.path(".")).output()
        else {
            continue;
        };
        assert_eq!(
            (output.status.success(), String::from_utf8(output.stderr).unwrap()),
            (true, String::new())
        );
    }
}
