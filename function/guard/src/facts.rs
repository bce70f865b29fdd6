//! Everything a judgement may read: what is judged, by whom it was changed, and the live state that it refers to.

mod lag;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

pub use lag::FRESH;
pub use subject::{NoSubject, Subject, Touch};

use crate::change::{Actor, Attachment, Change, ChangeKind, ListChange, ListVersion, Vouching};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
use crate::interface::Interface;
use crate::look::{Answers, ListState, LookUpError};
use crate::network::AddressSet;
use crate::permission::GroupRef;
use subject::group_by_name;

/// What is judged, and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The groups that are judged.
    pub subjects: Vec<Subject>,
    /// The interfaces that are judged.
    pub interfaces: Vec<Interface>,
    /// The prefix list that was changed, if one was and its former entries are known.
    pub list: Option<ChangedList>,
    /// Who made the change; `None` in the sweep, where nobody did, and where nobody vouches for who it was.
    pub actor: Option<Actor>,
    /// Whether the guard made it itself.
    pub is_own: bool,
    /// The instant of the judgement.
    pub at: Timestamp,
    /// How many of the account's groups are known.
    pub census: Census,
    account: Option<AccountId>,
    groups: Result<Arc<BTreeMap<GroupId, Group>>, LookUpError>,
    unseen: BTreeMap<GroupId, LookUpError>,
    named: Result<Vec<Group>, LookUpError>,
    lists: BTreeMap<PrefixListId, Result<AddressSet, LookUpError>>,
    states: BTreeMap<PrefixListId, Result<ListState, LookUpError>>,
}

/// How many of the account's groups are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Census {
    /// Those that the event and its rules name.
    Named,
    /// All of them.
    Whole,
}

/// A prefix list that can be put back to what it was: it is ours, and nobody has changed it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedList {
    /// The list.
    pub id: PrefixListId,
    /// The version before the change.
    pub before: ListVersion,
    /// The version that the change made.
    pub after: ListVersion,
    /// The entries before the change.
    pub entries: AddressSet,
}

/// What is known of the group that a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referenced<'a> {
    /// Whose it is.
    pub owner: Owner<'a>,
    /// Its id.
    pub id: Option<&'a GroupId>,
    /// The group, if it is ours and exists.
    pub group: Option<&'a Group>,
}

/// Whose a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// The account's of the judged group.
    Ours,
    /// Another account's.
    Theirs(&'a AccountId),
    /// Not known: a reference that has lost its account, to a group that is not there.
    Unknown,
}

impl Facts {
    /// What `change` made, with the `answers` that it needs, to be judged at the instant `at`.
    ///
    /// # Errors
    /// When there is nothing to judge, or it cannot be known what was changed, or the account does not show it yet.
    pub fn of(change: &Change, answers: Answers, at: Timestamp) -> Result<Self, NoSubject> {
        if let Some(lag) = lag::of(change, &answers, at) {
            return Err(lag.into());
        }
        let subjects = Subject::all(change, &answers)?;
        let interfaces = interfaces(change, &answers)?;
        let owner = subjects.first().and_then(|subject| subject.group.owner.clone());
        let list = match &change.kind {
            ChangeKind::PrefixList(list) => ChangedList::of(list, &answers, change.event.account.as_ref())?,
            ChangeKind::Group(_) | ChangeKind::Tags(_) | ChangeKind::Attachment(_) => None,
        };
        Ok(Self {
            interfaces,
            list,
            actor: match change.event.vouching {
                Vouching::Vouched => Some(change.event.actor.clone()),
                Vouching::Hearsay => None,
            },
            ..Self::about(subjects, owner.or_else(|| change.event.account.clone()), answers, at)
        })
    }

    /// `subjects` of `account` with the `answers` that their rules need, to be judged at the instant `at`.
    #[must_use]
    pub fn about(
        subjects: Vec<Subject>,
        account: Option<AccountId>,
        answers: Answers,
        at: Timestamp,
    ) -> Self {
        Self {
            subjects,
            interfaces: Vec::new(),
            list: None,
            actor: None,
            is_own: false,
            at,
            census: Census::Named,
            account,
            groups: answers
                .groups
                .map(|groups| Arc::new(groups.into_iter().map(|group| (group.id.clone(), group)).collect())),
            unseen: answers.unseen,
            named: answers.named,
            lists: answers.prefix_lists,
            states: answers.list_states,
        }
    }

    /// The live entries of `list`.
    ///
    /// # Errors
    /// When they could not be looked up.
    pub fn entries(&self, list: &PrefixListId) -> Result<&AddressSet, LookUpError> {
        match self.lists.get(list) {
            Some(entries) => entries.as_ref().map_err(LookUpError::clone),
            None => Err(LookUpError {
                call: "GetManagedPrefixListEntries",
                message: format!("nothing is known of {list}"),
                retryable: false,
            }),
        }
    }

    /// What a rule that names `list` counts against the quota of its group; `None` where that is not known.
    #[must_use]
    pub fn size_of(&self, list: &PrefixListId) -> Option<u32> {
        self.states.get(list)?.as_ref().ok()?.max_entries
    }

    /// What is known of the group that a rule of `subject` refers to with `reference`. A group that exists in the
    /// account of the judged group is ours even if the reference lacks its account; one that does not is nobody's.
    ///
    /// # Errors
    /// When it could not be looked up.
    pub fn referenced<'a>(
        &'a self,
        subject: &'a Subject,
        reference: &'a GroupRef,
    ) -> Result<Referenced<'a>, LookUpError> {
        let owner = reference.owner.as_ref();
        let id = reference.group.id();
        if let (Some(theirs), Some(ours)) = (owner, &self.account)
            && theirs != ours
        {
            return Ok(Referenced { owner: Owner::Theirs(theirs), id, group: None });
        }
        let found = match &reference.group {
            GroupKey::Id(id) if *id == subject.group.id => Some(&subject.group),
            GroupKey::Id(id) => self.group(id)?,
            GroupKey::Name(name) => group_by_name(name, &self.named)?,
        };
        // An audit is of no one account: there the owner of the judged group tells.
        let ours = self.account.as_ref().or(subject.group.owner.as_ref());
        let is_ours = found.is_some() || (owner.is_some() && (self.account.is_some() || owner == ours));
        Ok(Referenced {
            owner: if is_ours { Owner::Ours } else { owner.map_or(Owner::Unknown, Owner::Theirs) },
            id: found.map(|group| &group.id).or(id),
            group: found,
        })
    }

    /// The group `id`; `None` where it does not exist.
    fn group(&self, id: &GroupId) -> Result<Option<&Group>, LookUpError> {
        let groups = self.groups.as_ref().map_err(LookUpError::clone)?;
        match (groups.get(id), self.unseen.get(id)) {
            (None, Some(error)) => Err(error.clone()),
            (found, _) => Ok(found),
        }
    }

    /// Those of the groups `ids` that exist.
    ///
    /// # Errors
    /// The first of them that could not be looked up, and why.
    pub fn groups_in(&self, ids: &BTreeSet<GroupId>) -> Result<Vec<&Group>, (GroupId, LookUpError)> {
        let found = ids.iter().map(|id| self.group(id).map_err(|error| (id.clone(), error)));
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The groups that are known beside those that are judged: all of them in a whole [`Census`].
    pub fn all_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().flat_map(|groups| groups.values())
    }

    /// The same facts, had the prefix list that was changed stayed as it was.
    #[must_use]
    pub fn with_list_restored(&self) -> Option<Self> {
        let ChangedList { id, entries, .. } = self.list.as_ref()?;
        let mut restored = self.clone();
        restored.lists.insert(id.clone(), Ok(entries.clone()));
        Some(restored)
    }

    /// The same facts about other groups.
    #[must_use]
    pub fn with_subjects(&self, subjects: Vec<Subject>) -> Self {
        Self { subjects, ..self.clone() }
    }

    /// The same facts about groups of another account.
    #[must_use]
    pub fn in_account(self, account: Option<AccountId>) -> Self {
        Self { account, ..self }
    }

    /// The same facts about interfaces, and no groups.
    #[must_use]
    pub fn with_interfaces(&self, interfaces: Vec<Interface>) -> Self {
        Self { interfaces, ..self.with_subjects(Vec::new()) }
    }

    /// Whether all is known of `list` that can be, if only that it cannot be looked up.
    #[must_use]
    pub fn knows(&self, list: &PrefixListId) -> bool {
        let passes = |error: &LookUpError| error.retryable;
        self.lists.get(list).is_some_and(|entries| !entries.as_ref().is_err_and(passes))
    }

    /// Adds what `answers` tell of prefix lists.
    pub fn learn_lists(&mut self, answers: Answers) {
        self.lists.extend(answers.prefix_lists);
        self.states.extend(answers.list_states);
    }

    /// The same facts about other rules of the groups.
    #[must_use]
    pub fn with_rules(&self, rules: &[Rule]) -> Self {
        let mut facts = self.clone();
        facts.subjects.iter_mut().for_each(|subject| subject.rules = rules.to_vec());
        facts
    }

    /// The same facts, with all groups of the account among those that are known.
    #[must_use]
    pub fn of_whole_account(self) -> Self {
        Self { census: Census::Whole, ..self }
    }

    /// The same facts about a change that the guard made itself.
    #[must_use]
    pub fn own(self) -> Self {
        Self { is_own: true, ..self }
    }

    /// The account of the judged groups, where it is known.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }
}

/// The interfaces that `change` may have opened, as they are now, with what it put on each.
fn interfaces(change: &Change, answers: &Answers) -> Result<Vec<Interface>, NoSubject> {
    let attached = match &change.kind {
        ChangeKind::Attachment(Attachment { interfaces }) => interfaces.as_slice(),
        // A group that comes into another tier does so wherever it is.
        ChangeKind::Tags(_) => &[],
        ChangeKind::Group(_) | ChangeKind::PrefixList(_) => return Ok(Vec::new()),
    };
    let live = answers.interfaces.as_ref().map_err(LookUpError::clone)?;
    let told = |live: &Interface| attached.iter().find(|attached| live.is(&attached.interface));
    let told = |live: &Interface| told(live).map(|attached| attached.groups.clone()).unwrap_or_default();
    Ok(live.iter().map(|live| Interface { told: told(live), ..live.clone() }).collect())
}

impl ChangedList {
    /// The list of `change`, if it can be put back: it belongs to `account`, is in the version that the change made,
    /// and its former entries are known.
    ///
    /// # Errors
    /// When another attempt may tell whether it can: until then no rule that names it has to go.
    fn of(
        change: &ListChange,
        answers: &Answers,
        account: Option<&AccountId>,
    ) -> Result<Option<Self>, LookUpError> {
        let state = unless_passing(answers.list_states.get(&change.list))?;
        let entries = unless_passing(answers.entries_before.as_ref())?;
        let (Some(state), Some(entries)) = (state, entries) else { return Ok(None) };
        let (Some(before), Some(after)) = (change.before, change.after()) else { return Ok(None) };
        let is_ours = state.owner.is_some() && state.owner.as_ref() == account;
        Ok((is_ours && state.version == Some(after)).then(|| Self {
            id: change.list.clone(),
            before,
            after,
            entries: entries.clone(),
        }))
    }
}

/// What was answered, if anything was.
///
/// # Errors
/// When another attempt may get an answer.
fn unless_passing<T>(answer: Option<&Result<T, LookUpError>>) -> Result<Option<&T>, LookUpError> {
    match answer {
        Some(Err(error)) if error.retryable => Err(error.clone()),
        Some(Ok(answer)) => Ok(Some(answer)),
        Some(Err(_)) | None => Ok(None),
    }
}
