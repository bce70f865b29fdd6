//! What was counted, so that nobody need believe that something happened.

use std::fmt;
use std::ops::AddAssign;

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// How often what happened.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub(crate) struct Tally {
            $($(#[$doc])* pub(crate) $name: usize,)*
        }

        impl Tally {
            /// What never happened.
            pub(crate) fn never(&self) -> Vec<&'static str> {
                [$((self.$name, $words),)*].into_iter().filter(|(count, _)| *count == 0).map(|(_, words)| words).collect()
            }
        }

        impl AddAssign for Tally {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }

        impl fmt::Display for Tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>12} {}", self.$name, $words)?;)*
                Ok(())
            }
        }
    };
}

tally! {
    lives = "lives",
    weeks = "simulated weeks",
    changes = "changes by people, IaC and intruders",
    refused = "calls that EC2 refused them",
    forged = "forged records",
    lost = "records lost",
    delivered = "records delivered",
    duplicates = "of them a second time",
    cut = "of them cut",
    invocations = "invocations",
    together = "of them begun while another one was under way",
    crashes = "of them died",
    retries = "of them a further attempt",
    redriven = "events redriven from the dead-letter queue",
    faults = "calls of the guard that went wrong",
    reverts = "rules revoked",
    added = "rules added",
    lists = "prefix lists put back",
    detached = "interfaces mended",
    untold = "deeds that nobody was told of, within the known limits",
    sweeps = "sweeps",
    parts = "of them in parts",
    notices = "notices",
    for_others = "of them of what another invocation had done",
    twice = "events handled twice more, for comparison",
}
