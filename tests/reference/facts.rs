//! The tables of the operating model, as facts.

use laneway::lanes::Layer;
use laneway::ownership::{MapKind, ReleaseClass};

/// A domain group of the operating model: its typical paths, and its required smokes.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) domain: &'static str,
    /// Typical paths that are folders.
    pub(crate) folders: &'static [&'static str],
    /// Typical paths that the operating model describes: its words, the kind of map, and names of rows.
    pub(crate) rows: &'static [(&'static str, MapKind, &'static [&'static str])],
    /// The operating model's words, and the title of the gate.
    pub(crate) smokes: &'static [(&'static str, &'static str)],
}

/// The table "Default Domain Groups".
pub(crate) const GROUPS: [Group; 9] = [
    Group {
        title: "Platform IAM/Auth",
        domain: "platform-iam",
        folders: &["packages/platform/iam", "packages/platform/auth"],
        rows: &[("auth routes", MapKind::Route, &["/v1/auth/sessions"])],
        smokes: &[
            ("user login/authz", "User login and authorization"),
            ("service-account scope validation", "Service-account scope validation"),
            ("product route denial", "Product route denial"),
        ],
    },
    Group {
        title: "Platform Billing/Metering",
        domain: "platform-billing",
        folders: &["packages/platform/billing", "cmd/billing-worker"],
        rows: &[],
        smokes: &[
            ("GPUaaS billing precheck", "GPUaaS launch billing precheck"),
            ("app runtime attribution", "App runtime usage attribution"),
            ("ledger invariant", "Ledger invariant"),
        ],
    },
    Group {
        title: "Platform Evidence/Status",
        domain: "platform-evidence",
        folders: &["packages/platform/evidence", "packages/platform/statusops"],
        rows: &[],
        smokes: &[
            ("release evidence payload", "Release evidence payload"),
            ("status readiness", "Status readiness"),
            ("public status", "Public status"),
        ],
    },
    Group {
        title: "Platform Registry/Artifacts",
        domain: "platform-registry",
        folders: &["packages/platform/registry", "packages/platform/artifacts"],
        rows: &[],
        smokes: &[
            ("registry runtime verification", "Registry runtime verification"),
            ("artifact trust/promotion", "Artifact trust and promotion"),
        ],
    },
    Group {
        title: "Platform Policy/Quota",
        domain: "platform-policy",
        folders: &["packages/platform/policy"],
        rows: &[("quota/config routes", MapKind::Route, &["/v1/policy/quotas", "/v1/config"])],
        smokes: &[
            ("access quota posture", "Access quota posture"),
            ("launch/app/token denial reason", "Launch, app and token denial reason"),
        ],
    },
    Group {
        title: "Platform Secrets/PKI",
        domain: "platform-secrets",
        folders: &["packages/platform/secrets", "packages/shared/pki"],
        rows: &[],
        smokes: &[
            ("rotation/expiry evidence", "Rotation and expiry evidence"),
            ("service-auth credential delivery", "Service-auth credential delivery"),
        ],
    },
    Group {
        title: "GPUaaS product",
        domain: "product-gpuaas",
        folders: &["packages/products/gpuaas"],
        rows: &[(
            "provisioning/node/terminal binaries",
            MapKind::Binary,
            &["provisioning-worker", "node-agent", "terminal-gateway"],
        )],
        smokes: &[
            ("allocation lifecycle", "Allocation lifecycle"),
            ("node-agent task", "Node-agent task"),
            ("terminal route", "Terminal route"),
        ],
    },
    Group {
        title: "App Platform product",
        domain: "product-appplatform",
        folders: &["packages/products/appplatform"],
        rows: &[("app runtime/proxy workers", MapKind::Binary, &["app-runtime-worker", "app-proxy"])],
        smokes: &[
            ("manifest validation", "Manifest validation"),
            ("launch/connect/decommission smoke", "Launch, connect and decommission"),
        ],
    },
    Group {
        title: "Frontend surfaces",
        domain: "frontend-web",
        folders: &["packages/web"],
        rows: &[(
            "page-family routes",
            MapKind::Surface,
            &["Sign-in pages", "Access pages", "Billing pages", "Compute pages", "App pages", "Status pages"],
        )],
        smokes: &[
            ("focused page-family tests", "Focused page-family tests"),
            ("global navigation/typecheck", "Global navigation and typecheck"),
        ],
    },
];

/// A lane as the operating model writes it.
pub(crate) struct Example {
    pub(crate) source_paths: &'static [&'static str],
    /// By list, the entries. The first local gate, a command, is widened in the lane and is not here.
    pub(crate) gates: &'static [(Layer, &'static [&'static str])],
}

/// The block under "Domain Lane Shape".
pub(crate) const BILLING_EXAMPLE: Example = Example {
    source_paths: &[
        "packages/platform/billing/**",
        "cmd/billing-worker/**",
        "doc/api/**billing**",
        "doc/architecture/**Billing**",
    ],
    gates: &[
        (Layer::Global, &["contracts", "codegen", "boundary_guard", "security_baseline"]),
        (
            Layer::DomainLocal,
            &["migration/schema drift checks for billing-owned tables", "ledger invariant tests"],
        ),
        (Layer::ConsumerSmoke, &["GPUaaS launch billing precheck", "App runtime usage attribution"]),
        (
            Layer::ServiceEvidence,
            &[
                "release profile evidence",
                "degradation harness",
                "reconciliation evidence",
                "rollback posture",
            ],
        ),
    ],
};

/// The table "Gate Families".
pub(crate) const FAMILIES: [(&str, &str); 11] = [
    ("source-and-promotion", "Source and promotion"),
    ("contract-and-codegen", "Contract and codegen"),
    ("schema-and-seed", "Schema and seed"),
    ("artifact-and-image", "Artifact and image"),
    ("registry", "Registry"),
    ("secrets-and-pki", "Secrets and PKI"),
    ("dns-tls-edge", "DNS/TLS/edge"),
    ("runtime-health", "Runtime health"),
    ("uat-and-security", "UAT and security"),
    ("reconciliation", "Reconciliation"),
    ("rollback", "Rollback"),
];

/// The column "Profile" of the table "Profile Matrix", and what each may ship; nothing is everything.
pub(crate) const PROFILES: [(&str, Option<ReleaseClass>); 8] = [
    ("standard", None),
    ("web-fast", Some(ReleaseClass::Web)),
    ("api-fast", Some(ReleaseClass::Api)),
    ("runtime-fast", Some(ReleaseClass::Runtime)),
    ("node-agent-fast", Some(ReleaseClass::NodeAgent)),
    ("config-only", Some(ReleaseClass::Config)),
    ("validation-only", Some(ReleaseClass::Validation)),
    ("dev-test", None),
];
