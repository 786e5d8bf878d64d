#!/bin/sh
# Packs a release as scripts/install.sh expects it: DIR/laneway-vX.Y.Z-TARGET.tar.gz and its .sha256.
#
#   scripts/release.sh [--target TRIPLE] [--binary FILE] [--to DIR]
#
# The version is that of Cargo.toml. Without --binary it is built, from what is committed and nothing else. The same
# binary gives the same archive, whoever packs it, where tar is GNU's.
set -eu

fail() {
    printf 'release: %s\n' "$1" >&2
    exit 2
}

target='' binary='' to=target/release-archives
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] && [ -n "$2" ] || fail "$1 has no value"
    case $1 in
    --target) target=$2 ;;
    --binary) binary=$2 ;;
    --to) to=$2 ;;
    *) fail "unknown argument $1" ;;
    esac
    shift 2
done
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
[ -n "$target" ] || target=$(rustc -vV | sed -n 's/^host: //p')
case $target in
'' | *[!0-9A-Za-z_-]*) fail 'the target is not named as rustc names targets' ;;
esac

mkdir -p -- "$to"
to=$(CDPATH='' cd -- "$to" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/laneway-release.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 2' HUP INT TERM

if [ -z "$binary" ]; then
    [ -z "$(git -C "$root" status --porcelain)" ] || fail 'there are changes that are not committed'
    (cd -- "$root" && cargo build --release --locked --bin laneway --target "$target")
    binary=${CARGO_TARGET_DIR:-$root/target}/$target/release/laneway
fi

name=laneway-v$version-$target
mkdir "$work/$name"
cp -- "$binary" "$work/$name/laneway"
chmod 755 "$work/$name/laneway"
cp -- "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$root/README.md" "$root/CHANGELOG.md" "$work/$name/"

# Neither who packed it nor when is in the archive.
set -- -C "$work" -cf "$work/$name.tar"
if tar --version 2>/dev/null | grep -q 'GNU tar'; then
    set -- --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX --mtime=@0 "$@"
fi
tar "$@" "$name"
gzip -9n "$work/$name.tar"
cd -- "$work"
if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$name.tar.gz"
else
    shasum -a 256 "$name.tar.gz"
fi >"$name.tar.gz.sha256"
mv -f -- "$name.tar.gz" "$name.tar.gz.sha256" "$to/"
printf '%s\n' "$to/$name.tar.gz"
