//! The words for sessions: kinds, stages, statuses and what is waited for.

use crate::item::words;

words! {
    /// What a session is for.
    Kind {
        /// Everything.
        Maintenance = "maintenance",
        /// One item and what it needs.
        Item = "item",
        /// A new computer.
        Onboarding = "onboarding",
        /// Detects and plans.
        DetectionOnly = "detection-only",
        /// Plans with what is known already; the computer may be offline.
        ResolutionOnly = "resolution-only",
        /// Refreshes facts; detects and plans.
        InventoryOnly = "inventory-only",
        /// Detects and plans, and fetches what the plan needs.
        DownloadOnly = "download-only",
        /// Everything, by hand.
        Repair = "repair",
    }
}

impl Kind {
    /// Whether its plan is carried out, were it by fetching files alone.
    pub fn executes(self) -> bool {
        match self {
            Self::Maintenance
            | Self::Item
            | Self::Onboarding
            | Self::Repair
            | Self::DownloadOnly => true,
            Self::DetectionOnly | Self::ResolutionOnly | Self::InventoryOnly => false,
        }
    }

    /// Whether it needs the computer at all.
    pub fn detects(self) -> bool {
        self != Self::ResolutionOnly
    }
}

words! {
    /// Who wants a session; the first has the highest priority in the queue.
    Origin {
        /// A person started it.
        Technician = "technician",
        /// A new computer is taken in.
        Onboarding = "onboarding",
        /// A computer came back.
        Connectivity = "connectivity",
        /// Its time has come.
        Schedule = "schedule",
    }
}

words! {
    /// The stages of a session, in their order.
    Stage {
        /// What a new computer needs first.
        Onboarding = "onboarding",
        /// The agent renews itself.
        AgentUpdate = "agent-update",
        /// Facts are refreshed.
        Inventory = "inventory",
        /// Winners are picked.
        Resolution = "resolution",
        /// The computer is looked at, and the plan made.
        Detection = "detection",
        /// People are told, and may postpone.
        Notify = "notify",
        /// The plan is carried out.
        Execution = "execution",
        /// The result is written down.
        Report = "report",
    }
}

words! {
    /// Where a stage stands.
    StageStatus {
        /// Its turn has not come.
        Waiting = "waiting",
        /// It is under way.
        Running = "running",
        /// It ended well.
        Passed = "passed",
        /// It did not.
        Failed = "failed",
        /// This session has no need of it, or never came to it.
        Skipped = "skipped",
    }
}

words! {
    /// Where a session stands.
    Status {
        /// Its turn has not come.
        Created = "created",
        /// It is under way.
        Running = "running",
        /// It waits for the computer to come online.
        PendingConnectivity = "pending-connectivity",
        /// It waits for a preflight task to hold.
        PendingPreflight = "pending-preflight",
        /// It waits for its time of execution.
        AwaitingExecution = "awaiting-execution",
        /// A person put it off.
        Postponed = "postponed",
        /// Everything is as wished.
        Passed = "passed",
        /// Some actions failed, are held back or were put off.
        PartiallyPassed = "partially-passed",
        /// All actions failed, or a stage could not run.
        Failed = "failed",
        /// Somebody cancelled it.
        Cancelled = "cancelled",
        /// The computer was offline when it was needed.
        Missed = "missed",
    }
}

impl Status {
    /// Whether the session is over.
    pub fn is_over(self) -> bool {
        match self {
            Self::Created
            | Self::Running
            | Self::PendingConnectivity
            | Self::PendingPreflight
            | Self::AwaitingExecution
            | Self::Postponed => false,
            Self::Passed
            | Self::PartiallyPassed
            | Self::Failed
            | Self::Cancelled
            | Self::Missed => true,
        }
    }
}

words! {
    /// What a session waits for: the reason why nothing happens right now.
    WaitingFor {
        /// Its turn among the sessions.
        Turn = "turn",
        /// The computer's agent.
        Connection = "connection",
        /// The controller picks winners.
        Resolution = "resolution",
        /// Tests that must hold before anything runs.
        Preflight = "preflight",
        /// The end of the time for which somebody put it off.
        Postponement = "postponement",
        /// The controller numbers an order.
        Number = "number",
        /// The agent takes the order.
        Acceptance = "acceptance",
        /// The agent ends what it does for another order.
        OtherOrder = "other-order",
        /// The agent finds out.
        Detection = "detection",
        /// The controller plans.
        Plan = "plan",
        /// The time at which the plan is carried out.
        ExecutionTime = "execution-time",
        /// The end of others' sessions with what runs one at a time.
        Serial = "serial",
        /// The agent carries out.
        Execution = "execution",
        /// The agent stops.
        Stop = "stop",
    }
}
