//! `tierguard policy test`.

use serde_json::Value;

use crate::desk::Desk;

const GOOD: &str = "\
cases:
  - { tier: web, ports: [80/tcp, 443/tcp], from: anywhere, is: allowed }
  - { tier: db, ports: 3306/tcp, from: web, is: allowed }
  - { tier: elsewhere, ports: 22/tcp, from: anywhere, is: unmanaged }
";
const BAD: &str = "\
cases:
  - { tier: web, ports: 443/tcp, from: anywhere, is: allowed }
  - { tier: web, ports: 22/tcp, from: office, is: denied, because: web allows 81/tcp }
  - name: the <database> is for everybody
    tier: db
    ports: 3306/tcp
    from: [db, pl-0a]
    is: allowed
";

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("test_help").run("policy test --help").shown(), @"
    exit 0
    --- stdout
    Test a policy: does it say what somebody expected it to say?

    Cases are questions in the policy's own words, with the answer that is expected, in files named
    *.test.yaml beside the policy, but for those that are named after another policy there. Each is
    judged as an event would be, on groups that are made up for it.

    Usage: tierguard policy test [OPTIONS] [FILE]

    Arguments:
      [FILE]
              The policy; `-` is the standard input
              
              [default: policy.yaml]

    Options:
          --cases <FILE>
              A file of cases; may be given several times [default: all *.test.yaml beside the policy]

          --at <TIME>
              The instant of cases that name none [default: now]

          --format <FORMAT>
              For people, or one JSON object

              Possible values:
              - text: For people
              - json: One JSON object
              
              [default: text]

          --junit <FILE>
              Also write the results in `JUnit`'s XML, as CI services take it

      -h, --help
              Print help (see a summary with '-h')

    A file of cases:
      cases:
        - { tier: web, ports: 443/tcp, from: anywhere, is: allowed }
        - { tier: web, ports: 22/tcp, from: anywhere, is: denied, because: web allows 80/tcp }
        - { tier: elsewhere, ports: 3389/tcp, from: internet, is: denied }

    Examples:
      tierguard policy test policy.yaml
      tierguard policy test policy.yaml --cases more.test.yaml --junit results.xml

    Exit status: 0 all passed, 1 an error, 2 a case failed, 64 wrong usage.
    ");
}

#[test]
fn the_cases_beside_the_policy() {
    let desk = Desk::new("the_cases_beside_the_policy");
    desk.write("policy.test.yaml", GOOD);
    insta::assert_snapshot!(desk.run("policy test").shown(), @"
    exit 0
    --- stdout
    policy.test.yaml
      ok      web: 80/tcp, 443/tcp from anywhere
      ok      db: 3306/tcp from web
      ok      elsewhere: 22/tcp from anywhere

    3 cases: all passed
    ");
}

#[test]
fn a_case_that_fails_shows_how_the_answer_differs() {
    let desk = Desk::new("a_case_that_fails_shows_how_the_answer_differs");
    desk.write("a.test.yaml", BAD);
    desk.write("b.test.yml", GOOD);
    insta::assert_snapshot!(desk.run("policy test policy.yaml").shown(), @"
    exit 2
    --- stdout
    a.test.yaml
      ok      web: 443/tcp from anywhere
      FAILED  web: 22/tcp from office
           3 |   - { tier: web, ports: 22/tcp, from: office, is: denied, because: web allows 81/tcp }
             - because: web allows 81/tcp
             + because: web allows 80/tcp, 443/tcp from anywhere
             + denied: 22/tcp from 203.0.113.0/24
      FAILED  the <database> is for everybody
           4 |   - name: the <database> is for everybody
           5 |     tier: db
           6 |     ports: 3306/tcp
           7 |     from: [db, pl-0a]
           8 |     is: allowed
             - is: allowed
             + is: denied
             + because: db allows 3306/tcp from web, office
             + denied: 3306/tcp from db

    b.test.yml
      ok      web: 80/tcp, 443/tcp from anywhere
      ok      db: 3306/tcp from web
      ok      elsewhere: 22/tcp from anywhere

    6 cases: 2 failed, 4 passed
    ");
}

#[test]
fn one_json_object() {
    let desk = Desk::new("test_one_json_object");
    desk.write("policy.test.yaml", BAD);
    let ran = desk.run("policy test --format json");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (2, "", 1));
    insta::assert_snapshot!(format!("{:#}", report["cases"][2]), @r#"
    {
      "expected": {
        "because": null,
        "is": "allowed"
      },
      "file": "policy.test.yaml",
      "found": {
        "because": [
          "db allows 3306/tcp from web, office"
        ],
        "excess": [
          "3306/tcp from db"
        ],
        "is": "denied",
        "unknown": []
      },
      "line": 4,
      "name": "the <database> is for everybody",
      "passed": false
    }
    "#);
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &2.into()));
}

#[test]
fn junit() {
    let desk = Desk::new("junit");
    desk.write("policy.test.yaml", BAD);
    assert_eq!(desk.run("policy test --junit results.xml").code, 2);
    insta::assert_snapshot!(std::fs::read_to_string(desk.path("results.xml")).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="policy.yaml" tests="3" failures="2" errors="0">
      <testsuite name="policy.test.yaml" tests="3" failures="2" errors="0">
        <testcase name="web: 443/tcp from anywhere" classname="policy.test.yaml" file="policy.test.yaml" line="2"/>
        <testcase name="web: 22/tcp from office" classname="policy.test.yaml" file="policy.test.yaml" line="3">
          <failure message="not denied">- because: web allows 81/tcp
    + because: web allows 80/tcp, 443/tcp from anywhere
    + denied: 22/tcp from 203.0.113.0/24</failure>
        </testcase>
        <testcase name="the &lt;database&gt; is for everybody" classname="policy.test.yaml" file="policy.test.yaml" line="4">
          <failure message="not allowed">- is: allowed
    + is: denied
    + because: db allows 3306/tcp from web, office
    + denied: 3306/tcp from db</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
    insta::assert_snapshot!(desk.run("policy test --junit no/such/folder.xml").err, @"
    error: the results cannot be written to `no/such/folder.xml`: No such file or directory (os error 2)
      help: give a file in a folder that you may write to
    ");
}

#[test]
fn what_is_wrong_is_told_and_nothing_passes_for_it() {
    let desk = Desk::new("what_is_wrong_is_told_and_nothing_passes_for_it");
    insta::assert_snapshot!(desk.run("policy test").shown(), @"
    exit 1
    --- stderr
    error: there are no cases beside `policy.yaml`
      help: write some into a file named `policy.test.yaml` there (`tierguard policy test --help` shows how), or name one with `--cases FILE`
    ");
    desk.write("tight.yml", "version: 1\nelsewhere: { deny: [{ ports: 22/tcp, from: internet }] }\n");
    assert!(desk.run("policy test tight.yml").err.contains("into a file named `tight.test.yaml` there"));
    desk.write("good.test.yaml", GOOD);
    desk.write("wrong.test.yaml", "cases: [{ tier: wbe, ports: 443/tcp, from: anywhere, is: allowed }]");
    insta::assert_snapshot!(desk.run("policy test").shown(), @"
    exit 1
    --- stdout
    good.test.yaml
      ok      web: 80/tcp, 443/tcp from anywhere
      ok      db: 3306/tcp from web
      ok      elsewhere: 22/tcp from anywhere

    3 cases: all passed
    --- stderr
    error: no tier has the name `wbe`
     --> wrong.test.yaml:1:17
      |
    1 | cases: [{ tier: wbe, ports: 443/tcp, from: anywhere, is: allowed }]
      |                 ^^^
      |
      = help: write `web`
    ");
    insta::assert_snapshot!(desk.run("policy test --cases nowhere.test.yaml").shown(), @"
    exit 1
    --- stderr
    error: the file of cases `nowhere.test.yaml` cannot be read: No such file or directory (os error 2)
      help: give the path of a text file that you may read
    ");
    insta::assert_snapshot!(desk.run("policy test nowhere/policy.yaml").shown(), @"
    exit 1
    --- stderr
    error: the policy `nowhere/policy.yaml` cannot be read: No such file or directory (os error 2)
      help: give the path of a policy: `tierguard policy init --account FILE` drafts a first one
    ");
}

#[test]
fn cases_of_another_policy_are_none_of_this() {
    let desk = Desk::new("cases_of_another_policy_are_none_of_this");
    for policy in ["other.yaml", "policy.prod.yml"] {
        desk.write(policy, crate::desk::POLICY);
    }
    for cases in ["policy", "policy.prod", "policy.ssh", "other", "other.more", "everybody"] {
        desk.write(&format!("{cases}.test.yaml"), GOOD);
    }
    let taken = |policy: &str| {
        let out = desk.run(&format!("policy test {policy}")).out;
        let files = out.lines().filter_map(|line| line.strip_suffix(".test.yaml"));
        files.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(taken("policy.yaml"), "everybody policy.ssh policy");
    assert_eq!(taken("policy.prod.yml"), "everybody policy.prod");
    assert_eq!(taken("other.yaml"), "everybody other.more other");
    assert_eq!(desk.run("policy test policy.yaml --cases other.test.yaml").code, 0);
}

#[test]
fn an_address_is_one_host() {
    let desk = Desk::new("an_address_is_one_host");
    desk.write(
        "policy.test.yaml",
        "cases:\n  - { tier: db, ports: 3306/tcp, from: 203.0.113.9, is: allowed }\n  \
         - { tier: db, ports: 3306/tcp, from: [10.1.2.3, \"2001:db8::1\"], is: denied }\n",
    );
    insta::assert_snapshot!(desk.run("policy test").shown(), @"
    exit 0
    --- stdout
    policy.test.yaml
      ok      db: 3306/tcp from 203.0.113.9/32
      ok      db: 3306/tcp from 10.1.2.3/32, 2001:db8::1/128

    2 cases: all passed
    ");
}

#[test]
fn cases_that_cannot_be_read_are_errors_in_junit() {
    let desk = Desk::new("cases_that_cannot_be_read_are_errors_in_junit");
    desk.write("a.test.yaml", GOOD);
    desk.write("b.test.yaml", "cases: [{ tier: wbe, ports: 443/tcp, from: anywhere, is: allowed }]");
    let ran = desk
        .run("policy test --junit results.xml --cases a.test.yaml --cases b.test.yaml --cases no.test.yaml");
    assert_eq!(ran.code, 1);
    let xml = std::fs::read_to_string(desk.path("results.xml")).unwrap();
    roxmltree::Document::parse(&xml).unwrap();
    insta::assert_snapshot!(xml, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="policy.yaml" tests="5" failures="0" errors="2">
      <testsuite name="a.test.yaml" tests="3" failures="0" errors="0">
        <testcase name="web: 80/tcp, 443/tcp from anywhere" classname="a.test.yaml" file="a.test.yaml" line="2"/>
        <testcase name="db: 3306/tcp from web" classname="a.test.yaml" file="a.test.yaml" line="3"/>
        <testcase name="elsewhere: 22/tcp from anywhere" classname="a.test.yaml" file="a.test.yaml" line="4"/>
      </testsuite>
      <testsuite name="b.test.yaml" tests="1" failures="0" errors="1">
        <testcase name="b.test.yaml" classname="b.test.yaml" file="b.test.yaml">
          <error message="the cases cannot be read"/>
        </testcase>
      </testsuite>
      <testsuite name="no.test.yaml" tests="1" failures="0" errors="1">
        <testcase name="no.test.yaml" classname="no.test.yaml" file="no.test.yaml">
          <error message="the cases cannot be read"/>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}
