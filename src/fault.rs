//! What is wrong with an input: a code, a place, the value, and how to mend it.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use crate::source::{Place, Source, Span};
use std::sync::Arc;

macro_rules! codes {
    ($($variant:ident = $text:literal,)*) => {
        /// The stable code of a fault. Each has a section in `docs/errors.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "docs/errors.md documents each code, and a test holds the two together")]
        pub enum Code { $($variant,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the code as it is printed.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    // Any policy file.
    NotUtf8 = "laneway::policy::not_utf8",
    TooLarge = "laneway::policy::too_large",
    Unreadable = "laneway::policy::unreadable",
    // Patterns.
    PatternSyntax = "laneway::pattern::syntax",
    PatternNotRelative = "laneway::pattern::not_relative",
    PatternTooWide = "laneway::pattern::too_many_alternatives",
    // Ownership maps.
    NoTable = "laneway::ownership::no_table",
    NoDomainColumn = "laneway::ownership::no_domain_column",
    DuplicateColumn = "laneway::ownership::duplicate_column",
    MisplacedColumn = "laneway::ownership::misplaced_column",
    BrokenTable = "laneway::ownership::broken_table",
    CellCount = "laneway::ownership::cell_count",
    NoName = "laneway::ownership::no_name",
    NoDomain = "laneway::ownership::no_domain",
    NoPaths = "laneway::ownership::no_paths",
    DomainId = "laneway::ownership::domain_id",
    UnknownClass = "laneway::ownership::unknown_class",
    UnknownReleaseClass = "laneway::ownership::unknown_release_class",
    AmbiguousMarkup = "laneway::ownership::ambiguous_markup",
    UnknownDomain = "laneway::ownership::unknown_domain",
    UnknownContract = "laneway::ownership::unknown_contract",
    Quorum = "laneway::ownership::quorum",
    // YAML documents.
    YamlSyntax = "laneway::yaml::syntax",
    YamlDuplicateKey = "laneway::yaml::duplicate_key",
    YamlBudget = "laneway::yaml::budget",
    YamlType = "laneway::yaml::wrong_type",
    YamlUnknownKey = "laneway::yaml::unknown_key",
    YamlMissingKey = "laneway::yaml::missing_key",
    YamlValue = "laneway::yaml::wrong_value",
    YamlEmpty = "laneway::yaml::empty",
    // laneway.yaml.
    ConfigVersion = "laneway::config::version",
    // Lanes, catalogue, rules, profiles.
    UnknownDocument = "laneway::lanes::unknown_document",
    DuplicateLane = "laneway::lanes::duplicate_lane",
    DuplicateGate = "laneway::lanes::duplicate_gate",
    DuplicateProfile = "laneway::lanes::duplicate_profile",
    DuplicateEnvironment = "laneway::lanes::duplicate_environment",
    UnknownProfile = "laneway::lanes::unknown_profile",
    UnknownEnvironment = "laneway::lanes::unknown_environment",
    GateId = "laneway::lanes::gate_id",
    GateTitle = "laneway::lanes::gate_title",
    UnknownGate = "laneway::lanes::unknown_gate",
    NeedsCycle = "laneway::lanes::needs_cycle",
    // The roster.
    RosterVersion = "laneway::roster::version",
    RosterTwoFiles = "laneway::roster::two_files",
    RosterNobody = "laneway::roster::nobody",
    RosterName = "laneway::roster::name",
    RosterNamesakes = "laneway::roster::namesakes",
    RosterMember = "laneway::roster::member",
    RosterDate = "laneway::roster::date",
    // Trusted keys and permissions.
    TrustKey = "laneway::trust::key",
    TrustDuplicate = "laneway::trust::duplicate",
    PermissionScope = "laneway::permission::scope",
    PermissionDuplicate = "laneway::permission::duplicate",
    PermissionTime = "laneway::permission::time",
    PermissionTooLong = "laneway::permission::too_long",
    PermissionUnsigned = "laneway::permission::unsigned",
    // CODEOWNERS files.
    CodeownersMissing = "laneway::codeowners::missing",
    CodeownersSyntax = "laneway::codeowners::syntax",
    CodeownersOwner = "laneway::codeowners::owner",
    CodeownersSection = "laneway::codeowners::section",
    CodeownersExport = "laneway::codeowners::export",
    // Workspace manifests.
    ManifestSyntax = "laneway::manifests::syntax",
    ManifestShape = "laneway::manifests::shape",
    ManifestMembers = "laneway::manifests::members",
    ManifestInherited = "laneway::manifests::inherited",
    ManifestNamesakes = "laneway::manifests::namesakes",
    // OWNERS trees.
    OwnersRegex = "laneway::owners_files::regex",
    // The change.
    NotARepository = "laneway::change::not_a_repository",
    UnknownRevision = "laneway::change::unknown_revision",
    EmptyValue = "laneway::change::empty_value",
    BaseMissing = "laneway::change::base_missing",
    FileList = "laneway::change::file_list",
    EventFile = "laneway::change::event_file",
    Git = "laneway::change::git",
    // The guard.
    GuardHeader = "laneway::guard::header",
    GuardColumns = "laneway::guard::columns",
    GuardEscape = "laneway::guard::escape",
    GuardEmptyCell = "laneway::guard::empty_cell",
    GuardDate = "laneway::guard::date",
    GuardUnknownCode = "laneway::guard::unknown_code",
    GuardFingerprint = "laneway::guard::fingerprint",
    GuardDuplicate = "laneway::guard::duplicate",
    SarifSyntax = "laneway::sarif::syntax",
    SarifVersion = "laneway::sarif::version",
    SarifIncomplete = "laneway::sarif::incomplete",
    SarifTool = "laneway::sarif::tool",
    SarifPath = "laneway::sarif::path",
    // A backtest.
    PairsFile = "laneway::backtest::pairs",
    ResultsFile = "laneway::backtest::results",
    StateFile = "laneway::backtest::state",
    // The choice of reviewers.
    LoadFile = "laneway::reviewers::load",
    // The plan of a CI, and route documents.
    PlanRunner = "laneway::plan::runner",
    PlanOrder = "laneway::plan::order",
    RouteSyntax = "laneway::route_document::syntax",
    RouteVersion = "laneway::route_document::version",
    RouteShape = "laneway::route_document::shape",
    RouteGate = "laneway::route_document::gate",
    RouteDigest = "laneway::route_document::digest",
    RouteNarrow = "laneway::route_document::kill_switch",
    // Evidence.
    EvidenceSyntax = "laneway::evidence::syntax",
    EvidenceShape = "laneway::evidence::shape",
    EvidenceEmpty = "laneway::evidence::empty",
    EvidenceValue = "laneway::evidence::value",
    EvidenceCommit = "laneway::evidence::commit",
    EvidenceDigest = "laneway::evidence::digest",
    EvidenceTime = "laneway::evidence::time",
    EvidenceReason = "laneway::evidence::reason",
    EvidenceShard = "laneway::evidence::shard",
    EvidenceCitation = "laneway::evidence::citation",
    EvidenceSignature = "laneway::evidence::signature",
    EvidenceUnknownGate = "laneway::evidence::unknown_gate",
    EvidenceArtifact = "laneway::evidence::artifact",
    EvidenceSecretKey = "laneway::evidence::secret_key",
    // The store of evidence.
    StoreAddress = "laneway::store::address",
    StoreAccess = "laneway::store::access",
    StoreTwice = "laneway::store::twice",
    StoreAltered = "laneway::store::altered",
    StoreTracked = "laneway::store::tracked",
    // Results from elsewhere.
    JunitSyntax = "laneway::results::junit_syntax",
    JunitEmpty = "laneway::results::junit_empty",
    JunitCounts = "laneway::results::junit_counts",
    CoberturaSyntax = "laneway::results::cobertura",
    JobsSyntax = "laneway::results::jobs_syntax",
    JobsUnknown = "laneway::results::jobs_unknown",
    // Releases.
    DescriptionSyntax = "laneway::release::description_syntax",
    DescriptionField = "laneway::release::description_field",
    DescriptionMissing = "laneway::release::description_missing",
    ReleaseFlag = "laneway::release::flag",
    ProbeUnmade = "laneway::release::probe_unmade",
    ManifestDocument = "laneway::release::manifest_document",
    ManifestValue = "laneway::release::manifest_value",
    ManifestDigest = "laneway::release::manifest_digest",
    ManifestUnknown = "laneway::release::manifest_unknown",
    ManifestRollback = "laneway::release::manifest_rollback",
    DeployRefused = "laneway::release::deploy_refused",
    PacketsMissing = "laneway::release::packets_missing",
    PacketValue = "laneway::release::packet_value",
    PacketDomain = "laneway::release::packet_domain",
    // Verdicts.
    VerifySeal = "laneway::verify::seal",
    // The forges.
    ForgeUnknown = "laneway::forge::unknown",
    ForgeNoPullRequest = "laneway::forge::no_pull_request",
    ForgeApi = "laneway::forge::api",
    ForgePlainHttp = "laneway::forge::plain_http",
    ForgeNoTls = "laneway::forge::no_tls",
    ForgeNoToken = "laneway::forge::no_token",
    ForgeToken = "laneway::forge::token",
    ForgeRefused = "laneway::forge::refused",
    ForgeLimited = "laneway::forge::limited",
    ForgeUnreachable = "laneway::forge::unreachable",
    ForgeRedirected = "laneway::forge::redirected",
    ForgeAnswer = "laneway::forge::answer",
    // The command line.
    Usage = "laneway::cli::usage",
    Output = "laneway::cli::output",
    Exists = "laneway::cli::exists",
}

/// One thing wrong with an input.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// One sentence that names the value.
    pub message: String,
    /// Where it stands, unless it stands nowhere: an absent file, a flag.
    pub place: Option<Place>,
    /// What the underline says.
    pub label: String,
    /// How to mend it.
    pub help: String,
}

impl Fault {
    /// A fault that stands nowhere in particular.
    pub fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, label: String::new(), help: help.into() }
    }

    /// A fault at `span` of `source`.
    pub fn at(
        code: Code,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            place: Some(Place::new(source, span)),
            label: label.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code.as_str()))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &*place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = Some(self.label.clone()).filter(|label| !label.is_empty());
        Some(Box::new(std::iter::once(LabeledSpan::new(label, place.span.start, place.span.len()))))
    }
}
