use super::*;

const LIMITS: Disputes = Disputes { after: 3, within: SignedDuration::from_mins(60) };

/// The instant `minute` minutes after the epoch.
fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn revert(minute: i64, event: &str, by: &str) -> Revert {
    Revert { at: at(minute), event: EventId::new(event).ok(), by: by.to_owned() }
}

fn ssh() -> BTreeSet<Matter> {
    BTreeSet::from([Matter::new(Undone::Removed, &"22/tcp from 0.0.0.0/0")])
}

/// Undoes `ssh` at these minutes, and tells people of whatever is to be told.
fn told_at(dispute: &mut Dispute, minutes: &[i64]) -> Vec<Stage> {
    let tell = |&minute: &i64| {
        let stage = dispute.hear(&ssh(), &revert(minute, &format!("e-{minute}"), "arn:role/Iac"), LIMITS);
        if stage != Stage::Counted {
            dispute.tell(&ssh(), &dispute.clone(), at(minute), LIMITS);
        }
        stage
    };
    minutes.iter().map(tell).collect()
}

#[test]
fn the_first_are_told_then_one_message_then_a_count_now_and_then() {
    use Stage::{Counted, Digest, Escalated, Ordinary};
    let mut dispute = Dispute::default();
    let stages = told_at(&mut dispute, &[0, 10, 20, 30, 40, 79, 80, 90]);
    assert_eq!(stages, [Ordinary, Ordinary, Escalated, Counted, Counted, Counted, Digest, Counted]);
    let bout = &dispute.bouts[0];
    assert_eq!((bout.times, bout.untold, bout.since), (8, 1, at(0)));
}

#[test]
fn what_is_rare_is_no_dispute() {
    let stages = told_at(&mut Dispute::default(), &[0, 30, 60, 90, 120, 150]);
    assert_eq!(stages, [Stage::Ordinary; 6]);
}

#[test]
fn after_a_quiet_time_it_begins_anew_and_what_was_counted_is_not_lost() {
    let mut dispute = Dispute::default();
    assert_eq!(told_at(&mut dispute, &[0, 1, 2, 3, 4]).last(), Some(&Stage::Counted));
    assert_eq!(dispute.untold(), 2);
    let stage = dispute.hear(&ssh(), &revert(65, "e-65", "arn:role/Iac"), LIMITS);
    assert_eq!((stage, dispute.untold(), dispute.bouts[0].times), (Stage::Ordinary, 3, 1));
}

#[test]
fn nothing_is_counted_in_silence_before_people_were_told() {
    let mut dispute = Dispute::default();
    for minute in 0..40 {
        let stage = dispute.hear(&ssh(), &revert(minute, &format!("e-{minute}"), "x"), LIMITS);
        assert_ne!(stage, Stage::Counted, "nobody was told at minute {minute}");
    }
}

#[test]
fn an_event_counts_once() {
    let mut dispute = Dispute::default();
    for _ in 0..5 {
        assert_eq!(dispute.hear(&ssh(), &revert(0, "e-1", "x"), LIMITS), Stage::Ordinary);
    }
    assert_eq!(dispute.bouts[0].times, 1);
}

#[test]
fn the_loudest_of_several_matters_decides() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2]);
    let both = ssh().into_iter().chain([Matter::new(Undone::Removed, &"23/tcp from 0.0.0.0/0")]).collect();
    assert_eq!(dispute.hear(&both, &revert(3, "e-3", "x"), LIMITS), Stage::Ordinary);
}

#[test]
fn what_a_sweep_told_is_told_and_what_came_meanwhile_is_not() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2, 3, 4]);
    let seen = dispute.clone();
    assert_eq!(dispute.hear(&ssh(), &revert(5, "e-5", "x"), LIMITS), Stage::Counted);
    dispute.tell_seen(&seen, at(50));
    assert_eq!(dispute.untold(), 1);
    assert_eq!(dispute.hear(&ssh(), &revert(100, "e-6", "x"), LIMITS), Stage::Ordinary, "it had been quiet");
}

#[test]
fn a_sweep_that_told_puts_the_next_count_off() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2, 3, 55]);
    let seen = dispute.clone();
    dispute.tell_seen(&seen, at(56));
    assert_eq!(dispute.hear(&ssh(), &revert(70, "e-70", "x"), LIMITS), Stage::Counted);
}

#[test]
fn a_record_stays_small_and_nothing_that_was_counted_is_forgotten() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2, 3]);
    for n in 0..200 {
        let matter =
            BTreeSet::from([Matter::new(Undone::Removed, &format!("{n}/tcp from {}", "x".repeat(9000)))]);
        for m in 0..40 {
            let revert = revert(n + 4, &format!("{n}-{m}"), &format!("{m}{}", "ä".repeat(9000)));
            let _ = dispute.hear(&matter, &revert, LIMITS);
            dispute.tell(&matter, &dispute.clone(), at(n + 4), LIMITS);
        }
    }
    assert_eq!(dispute.bouts.len(), MOST_BOUTS);
    assert_eq!(dispute.untold(), 1, "what was counted waits for a message");
    let json = serde_json::to_string(&dispute).unwrap();
    assert!(json.len() < 300_000, "a DynamoDB item has 400 KB: {}", json.len());
    assert_eq!(serde_json::from_str::<Dispute>(&json).unwrap(), dispute);
}

#[test]
fn where_nothing_can_be_forgotten_the_next_is_told_by_itself() {
    let mut dispute = Dispute::default();
    for n in 0..MOST_BOUTS {
        let matter = BTreeSet::from([Matter::new(Undone::Removed, &n)]);
        for minute in 0..4 {
            if dispute.hear(&matter, &revert(minute, &format!("{n}-{minute}"), "x"), LIMITS) != Stage::Counted
            {
                dispute.tell(&matter, &dispute.clone(), at(minute), LIMITS);
            }
        }
    }
    assert_eq!(dispute.untold(), MOST_BOUTS);
    for minute in 0..9 {
        let stage = dispute.hear(&ssh(), &revert(minute, &format!("e-{minute}"), "x"), LIMITS);
        assert_eq!(stage, Stage::Ordinary);
    }
}

/// While a message was on its way, somebody else counted the same.
#[test]
fn what_was_counted_since_the_message_was_written_stays_untold() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2, 3]);
    let shown = dispute.clone();
    assert_eq!(dispute.hear(&ssh(), &revert(4, "e-4", "x"), LIMITS), Stage::Counted);
    dispute.tell(&ssh(), &shown, at(5), LIMITS);
    assert_eq!(dispute.untold(), 1);
}

/// A sweep had read the count, then a message told it, then more was counted.
#[test]
fn a_sweep_that_tells_late_takes_nothing_from_what_came_after() {
    let mut dispute = Dispute::default();
    told_at(&mut dispute, &[0, 1, 2, 3, 30, 50]);
    let seen = dispute.clone();
    told_at(&mut dispute, &[70, 71, 72]);
    assert_eq!(dispute.untold(), 2, "70 was told, with all before it");
    dispute.tell_seen(&seen, at(73));
    assert_eq!(dispute.untold(), 2);
}
