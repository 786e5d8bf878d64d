//! The reference model: ownership maps and lanes of a platform with nine domain groups, embedded in the binary.
//!
//! It is what the documentation routes, and what a new workspace may begin with. The files are those of this repository.
//! [`skeleton`] is the other beginning: one domain that owns everything until somebody claims it.

mod skeleton;

pub use skeleton::skeleton;

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../", $path)))
    };
}

/// Every file of the reference model: its path in a workspace, and its text.
pub const FILES: &[(&str, &str)] = &[
    file!("ownership-maps/README.md"),
    file!("ownership-maps/event-ownership.md"),
    file!("ownership-maps/frontend-surface-ownership.md"),
    file!("ownership-maps/package-ownership.md"),
    file!("ownership-maps/route-ownership.md"),
    file!("ownership-maps/schema-ownership.md"),
    file!("ownership-maps/worker-binary-ownership.md"),
    file!("lanes/README.md"),
    file!("lanes/catalogue.yaml"),
    file!("lanes/environments.yaml"),
    file!("lanes/frontend-web.yaml"),
    file!("lanes/gate-families.yaml"),
    file!("lanes/gates.yaml"),
    file!("lanes/platform-billing.yaml"),
    file!("lanes/platform-delivery.yaml"),
    file!("lanes/platform-docs.yaml"),
    file!("lanes/platform-evidence.yaml"),
    file!("lanes/platform-iam.yaml"),
    file!("lanes/platform-policy.yaml"),
    file!("lanes/platform-registry.yaml"),
    file!("lanes/platform-secrets.yaml"),
    file!("lanes/product-appplatform.yaml"),
    file!("lanes/product-gpuaas.yaml"),
    file!("lanes/release-gates.yaml"),
    file!("lanes/release-profiles.yaml"),
    file!("lanes/routing-rules.yaml"),
];

/// The `laneway.yaml` of a workspace that begins with the reference model: every key, as it is by default.
pub const CONFIG: &str = include_str!("laneway.yaml");
