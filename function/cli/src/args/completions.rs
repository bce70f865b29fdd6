//! What `completions` takes.

use clap_complete::Shell;

/// Print the completions of this command for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  source <(tierguard completions bash)
  tierguard completions bash \\
    > ~/.local/share/bash-completion/completions/tierguard
  tierguard completions zsh > ~/.zfunc/_tierguard
  tierguard completions fish > ~/.config/fish/completions/tierguard.fish
  tierguard completions powershell | Out-String | Invoke-Expression

Exit status: 0 printed, 1 an error, 64 wrong usage.";
