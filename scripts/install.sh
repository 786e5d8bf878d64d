#!/bin/sh
# Installs laneway: a released binary whose checksum holds, or one that is built here. Prints the folder that it is in.
#
#   scripts/install.sh [--version auto|latest|build|path|X.Y.Z] [--source URL] [--releases URL] [--ref REF] [--to DIR]
#
#   --version   auto    the version of --ref, else the tag of this checkout, else what its Cargo.toml says (the default)
#               latest  the highest version that the source has a tag of
#               build   no release: this checkout, or the source's default branch, built with cargo
#               path    nothing is installed: the laneway that is on the PATH
#   --source    the repository of laneway, https:// or file://; without it nothing can be downloaded
#   --releases  where its archives are, with {version} in it; as GitHub has them, if it is not given
#   --ref       the tag or branch that this checkout was made of, where it is not a repository itself
#   --to        the folder for the binary; a new one, if it is not given
#
# Where there is no release for this version and machine, it is built from source. An archive without a checksum, or
# with a wrong one, is an error and never a reason to build: somebody has to look. Exit codes: 0 installed, 2 not.
set -eu

main() {
    version=auto source='' releases='' ref='' to=''
    while [ $# -gt 0 ]; do
        case $1 in
        --version | --source | --releases | --ref | --to) ;;
        *) fail "unknown argument $(shown "$1")" 'they are listed at the top of scripts/install.sh' ;;
        esac
        [ $# -ge 2 ] || fail "$1 has no value" "give $1 a value, or leave it out"
        [ -n "$2" ] || fail "the value of $1 is empty" "give $1 a value, or leave it out"
        case $1 in
        --version) version=$2 ;;
        --source) source=$2 ;;
        --releases) releases=$2 ;;
        --ref) ref=$2 ;;
        --to) to=$2 ;;
        esac
        shift 2
    done
    [ -z "$source" ] || is_url "$source" || fail "$(shown "$source") is not a URL of https:// or file://" \
        'name the repository of laneway'
    if [ -z "$releases" ] && [ -n "$source" ]; then
        releases="${source%.git}/releases/download/{version}"
    fi
    checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
    grep -qx 'name = "laneway"' "$checkout/Cargo.toml" 2>/dev/null || checkout=''
    temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
    work=$(mktemp -d "$temporary/laneway-install.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 2' HUP INT TERM

    case $version in
    path)
        found=$(command -v laneway) || fail 'there is no laneway on the PATH' 'install it there, or ask for a version'
        "$found" --version >&2
        dirname -- "$found"
        return
        ;;
    build) build ;;
    auto | latest)
        if "$version"; then download || build; else build; fi
        ;;
    *)
        is_version "$version" || fail "$(shown "$version") is not a version" \
            'write auto, latest, build, path, or a version as in 1.2.3'
        version=v${version#v}
        download || build
        ;;
    esac
    place
}

# Ends with a message, and with what can be done.
fail() {
    printf 'laneway: %s\n  help: %s\n' "$1" "$2" >&2
    exit 2
}

# A value as it may stand in a message: a log is read by machines too.
shown() { printf '"%s"' "$(printf '%s' "$1" | tr -c '[:alnum:]._:/@{}+-' '?' | cut -c1-120)"; }

is_version() {
    case $1 in *[!0-9A-Za-z.-]*) return 1 ;; esac
    printf '%s\n' "$1" | grep -Eqx 'v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?'
}

is_url() {
    case $1 in *[!0-9A-Za-z.:/@%~_+{}-]*) return 1 ;; esac
    case $1 in https://?* | file:///?*) ;; *) return 1 ;; esac
}

# The version that the checkout's Cargo.toml says, with a v.
stated() { sed -n 's/^version = "\(.*\)"$/v\1/p' "$checkout/Cargo.toml" | head -n 1; }

# Sets the version to the one of the checkout.
auto() {
    if is_version "${ref:-none}"; then
        version=v${ref#v}
        return
    fi
    [ -n "$checkout" ] || { latest; return; }
    version=''
    # Only where the checkout is a repository itself: the one around it has other tags.
    if [ "$(git -C "$checkout" rev-parse --show-toplevel 2>/dev/null)" = "$checkout" ]; then
        version=$(git -C "$checkout" describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null) || version=''
    fi
    is_version "${version:-none}" || version=$(stated)
    is_version "$version" || fail "the checkout says no version" 'ask for one with --version'
}

# Sets the version to the highest that the source has a tag of, releases to come left out; fails where there is none.
latest() {
    [ -n "$source" ] || fail 'the latest version is not known without a source' 'name the repository with --source'
    command -v git >/dev/null 2>&1 || fail 'the latest version is not known without git' 'name one with --version'
    git ls-remote --tags --refs -- "$source" 'v*' >"$work/tags" ||
        fail "the tags of $(shown "$source") cannot be read" 'see whether the source is named rightly'
    version=$(sed -n \
        's|^.*refs/tags/\(v[0-9]\{1,\}\.[0-9]\{1,\}\.[0-9]\{1,\}\)$|\1|p' "$work/tags" |
        sort -t. -k1.2,1n -k2,2n -k3,3n | tail -n 1)
    [ -n "$version" ] || { version=build; return 1; }
}

# Names the archives that run on this machine, best first.
targets() {
    case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) linux x86_64 ;;
    Linux-aarch64 | Linux-arm64) linux aarch64 ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64 | Darwin-aarch64) echo aarch64-apple-darwin ;;
    esac
}

# A static binary runs on each Linux; the other needs the C library of GNU.
linux() {
    echo "$1-unknown-linux-musl"
    if ! ldd --version 2>&1 | grep -qi musl; then
        echo "$1-unknown-linux-gnu"
    fi
}

# Puts the released binary into the work folder; fails where there is no such release.
download() {
    if [ -z "$releases" ]; then
        echo 'laneway: no source is named to download from' >&2
        return 1
    fi
    is_url "$releases" || fail "$(shown "$releases") is not a URL of https:// or file://" 'name where the archives are'
    if ! command -v curl >/dev/null 2>&1; then
        echo 'laneway: nothing is downloaded without curl' >&2
        return 1
    fi
    from=$(printf '%s\n' "$releases" | sed "s|{version}|$version|g")
    for target in $(targets); do
        name="laneway-$version-$target"
        if fetch "$from/$name.tar.gz" "$work/$name.tar.gz"; then
            fetch "$from/$name.tar.gz.sha256" "$work/sha256" || fail "$name.tar.gz has no checksum beside it" \
                'nothing unverified is run: tell who released it, or ask for --version build'
            verify
            unpack
            return
        fi
    done
    echo "laneway: there is no release of $version for $(uname -s) on $(uname -m)" >&2
    return 1
}

# Downloads one file; fails where it is not there. What else goes wrong ends it all: it may well be there.
fetch() {
    code=0
    status=$(curl --fail --silent --show-error --location --retry 3 --connect-timeout 30 --max-time 600 \
        --proto '=https,file' --proto-redir '=https' --write-out '%{http_code}' --output "$2" "$1" 2>"$work/curl") ||
        code=$?
    case $code-$status in
    0-*) ;;
    22-404 | 22-410 | 37-*) return 1 ;;
    *)
        cat "$work/curl" >&2
        fail "$(shown "$1") cannot be downloaded: curl ended with $code, HTTP with $status" \
            'run it again, or ask for --version build or path'
        ;;
    esac
}

# Ends it all unless the archive is the one that the checksum is of.
verify() {
    expected=$(awk 'NR == 1 { print tolower($1) }' "$work/sha256")
    of=$(awk 'NR == 1 { sub(/^\*/, "", $2); print $2 }' "$work/sha256")
    case $expected in *[!0-9a-f]*) expected='' ;; esac
    [ ${#expected} -eq 64 ] && [ "${of:-$name.tar.gz}" = "$name.tar.gz" ] ||
        fail "$name.tar.gz.sha256 is no checksum of $name.tar.gz" 'nothing unverified is run: tell who released it'
    actual=$(sum "$work/$name.tar.gz")
    [ "$actual" = "$expected" ] || fail "the checksum of $name.tar.gz is wrong: $actual, and not $expected" \
        'nothing unverified is run: download it again, and tell who released it if that does not help'
}

sum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d' ' -f1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 <"$1" | cut -d' ' -f1
    else
        fail 'no checksum can be taken here' 'install sha256sum or shasum, or ask for --version build'
    fi
}

# Takes the one file out of the archive that is asked for, whatever else is in it.
unpack() {
    tar -xzf "$work/$name.tar.gz" -C "$work" "$name/laneway" || fail "$name.tar.gz cannot be unpacked" \
        'tell who released it, or ask for --version build'
    built="$work/$name/laneway"
    [ -f "$built" ] && [ ! -L "$built" ] || fail "$name/laneway is not a file" 'tell who released it'
    chmod 755 "$built"
    says=$("$built" --version) || fail "the binary of $name does not run here" 'ask for --version build'
    [ "$says" = "laneway ${version#v}" ] || fail "the binary of $version says that it is $(shown "$says")" \
        'tell who released it'
}

# Builds it. From a folder of its own: what the repository around says to cargo is not meant for laneway.
build() {
    case $(uname -s) in
    MINGW* | MSYS* | CYGWIN*) fail 'Windows is not installed on' 'put a laneway on the PATH and ask for --version path' ;;
    esac
    command -v cargo >/dev/null 2>&1 || fail 'it cannot be built: cargo is not here' \
        'install Rust, or put a laneway on the PATH and ask for --version path'
    if [ -n "$checkout" ] && { [ "$version" = build ] || [ "$version" = "$(stated)" ]; }; then
        echo "laneway: building $checkout" >&2
        (cd -- "$checkout" && cargo install --locked --path . --bin laneway --root "$work/installed") >&2 ||
            fail 'it cannot be built' 'see above what cargo says'
    elif [ -n "$source" ]; then
        echo "laneway: building $version of $source" >&2
        set -- --git "$source"
        [ "$version" = build ] || set -- "$@" --tag "$version"
        (cd -- "$work" && cargo install --locked "$@" --bin laneway --root "$work/installed" laneway) >&2 ||
            fail 'it cannot be built' 'see above what cargo says'
    else
        fail "there is nothing to build $(shown "$version") from" 'name the repository with --source'
    fi
    built="$work/installed/bin/laneway"
}

# Moves the binary to where it is wanted, whole, and says where that is.
place() {
    [ -n "$to" ] || to=$(mktemp -d "$temporary/laneway.XXXXXX")
    mkdir -p -- "$to"
    to=$(CDPATH='' cd -- "$to" && pwd)
    cp -- "$built" "$to/.laneway.$$"
    chmod 755 "$to/.laneway.$$"
    mv -f -- "$to/.laneway.$$" "$to/laneway"
    "$to/laneway" --version >&2
    # GitHub Actions puts the folders of this file on the PATH of later steps.
    [ -z "${GITHUB_PATH:-}" ] || printf '%s\n' "$to" >>"$GITHUB_PATH"
    printf '%s\n' "$to"
}

main "$@"
