//! What a chat message says of itself: what it is about, and which messages belong together.

use std::collections::{BTreeMap, BTreeSet};

use super::door::State;
use super::limits::{FREE, ID, NAME, TIERS};
use super::link::plain;
use super::story::group_id;
use super::text::Text;
use crate::act::Target;
use crate::judge::Verdict;
use crate::respond::Handled;
use crate::sweep::Home;

/// The frame. All of its texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) id: Option<String>,
    pub(super) event_type: String,
    pub(super) thread: Option<String>,
    pub(super) resources: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) context: BTreeMap<&'static str, String>,
}

impl Frame {
    /// Messages about one security group make one thread.
    pub(super) fn of(handled: &Handled, State { door, .. }: &State) -> Self {
        let event = &handled.event;
        let verdict = handled.judgement.verdict.word();
        let words = ["tierguard", verdict, door.word()].map(str::to_owned);
        let tiers = handled.judgement.tiers.iter().take(TIERS).map(|tier| theirs(tier, NAME));
        let account = event.account.as_ref().map(|account| theirs(account, ID));
        let region = event.region.as_ref().map(|region| theirs(region, ID));
        let group = group_id(handled).map(|group| theirs(group, ID));
        let context = [
            ("account", account.clone()),
            ("region", region.clone()),
            ("group", group.clone()),
            ("event", event.name.as_ref().map(|name| theirs(name, NAME))),
            ("actor", event.actor.name.as_ref().map(|name| theirs(name, FREE))),
            ("door", Some(door.word().to_owned())),
        ];
        Self {
            id: event.id.as_ref().and_then(|id| plain(id.as_str())).map(str::to_owned),
            event_type: format!("tierguard-{verdict}"),
            thread: group.map(|group| thread(account, region, group)),
            resources: resources(handled),
            keywords: words.into_iter().chain(tiers).collect(),
            context: known(context),
        }
    }

    /// Messages about the sweeps of one place make one thread.
    pub(super) fn of_sweep(home: &Home, State { door, .. }: &State) -> Self {
        let account = home.account.as_ref().map(|account| theirs(account, ID));
        let region = home.region.as_ref().map(|region| theirs(region, ID));
        let context = [
            ("account", account.clone()),
            ("region", region.clone()),
            ("door", Some(door.word().to_owned())),
        ];
        Self {
            id: None,
            event_type: "tierguard-sweep".to_owned(),
            thread: Some(thread(account, region, "sweep".to_owned())),
            resources: Vec::new(),
            keywords: ["tierguard", "sweep", door.word()].map(str::to_owned).to_vec(),
            context: known(context),
        }
    }
}

fn theirs(text: &impl ToString, longest: usize) -> String {
    Text::new().theirs(text, longest).bare()
}

fn known<const N: usize>(context: [(&'static str, Option<String>); N]) -> BTreeMap<&'static str, String> {
    context.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn thread(account: Option<String>, region: Option<String>, what: String) -> String {
    let parts = ["tierguard".to_owned()].into_iter().chain(account).chain(region).chain([what]);
    parts.collect::<Vec<_>>().join("-")
}

/// The groups, interfaces and prefix lists that it is about, as far as they can be listed.
fn resources(handled: &Handled) -> Vec<String> {
    let groups = handled.groups.iter().map(|group| theirs(&group.id, ID));
    let interfaces = match &handled.judgement.verdict {
        Verdict::Violation(violation) => violation.mixtures.as_slice(),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => &[],
    };
    let interfaces = interfaces.iter().map(|mixture| theirs(&mixture.interface.id, ID));
    let lists = handled.actions.iter().filter_map(|action| match &action.target {
        Target::PrefixList(list) => Some(theirs(list, ID)),
        Target::Rules { .. } | Target::Interface { .. } => None,
    });
    let named = group_id(handled).map(|group| theirs(group, ID));
    let mut seen = BTreeSet::new();
    let all = named.into_iter().chain(groups).chain(interfaces).chain(lists);
    all.filter(|resource| seen.insert(resource.clone())).take(TIERS).collect()
}
