//! A policy as a picture, alone or with the live rules of an account laid over it.
//!
//! The picture as data is [`model`], from the policy and, in [`live`], from judged rules; peers that share a fate are
//! drawn as one box ([`fold`]). [`svg`] places it with [`layout`]; [`mermaid`] leaves that to its reader.

mod build;
mod fold;
mod json;
mod label;
mod layout;
mod live;
mod mermaid;
mod model;
mod svg;

use std::io::{self, Write};

use tierguard::Policy;

use crate::args::{GraphArgs, Picture};
use crate::clock::instant_or_now;
use crate::console::{Console, Problem};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::graph::build::Builder;
use crate::graph::json::Report;
use crate::graph::svg::Dress;
use crate::{audit, files, jsonl};

/// Draws a policy.
///
/// # Errors
/// When what is typed makes no sense, or the picture cannot be written.
pub(crate) fn graph(args: GraphArgs, console: &mut Console) -> Result<Exit, Failure> {
    let GraphArgs { file, account, at, format } = args;
    let at = instant_or_now(at)?;
    files::stdin_once([Some(&file), account.as_ref()])?;
    let account = match account.map(|path| files::account_with_groups(&path, console)) {
        Some(Some(account)) => Some(account),
        Some(None) => return Ok(Exit::Error),
        None => None,
    };
    let Some(document) = files::policy(&file, console) else { return Ok(Exit::Error) };
    let mut builder = Builder::new(document.policy());
    if let Some(account) = account {
        match audit::all_groups(document.policy(), account, at) {
            Ok(found) => builder.lay_over(&found, at),
            Err(error) => {
                console.report(&error);
                return Ok(Exit::Error);
            }
        }
    }
    let graph = builder.build();
    let mut out = io::stdout().lock();
    match format {
        Picture::Json => jsonl::write(&mut out, &Report::of(&graph))?,
        Picture::Mermaid => out.write_all(mermaid::draw(&fold::folded(graph)).as_bytes())?,
        Picture::Svg => match svg::draw(&fold::folded(graph), document.name(), Dress::Alone) {
            Ok(svg) => out.write_all(svg.as_bytes())?,
            Err(error) => {
                console.report(&error);
                return Ok(Exit::Error);
            }
        },
    }
    out.flush()?;
    Ok(Exit::Handled)
}

/// The picture of `policy`, which is in the file `name`, as the part with this number of a page; `None` where it is too
/// large to be drawn.
pub(crate) fn part(policy: &Policy, name: &str, number: usize) -> Option<String> {
    svg::draw(&fold::folded(Builder::new(policy).build()), name, Dress::Part(number)).ok()
}

impl Problem for layout::TooLarge {
    fn help(&self) -> Option<String> {
        Some("use `--format mermaid` or `--format json`".to_owned())
    }
}
