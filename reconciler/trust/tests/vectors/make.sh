#!/bin/sh
# Makes the golden vectors beside this script, with git and ssh-keygen alone.
#
# The private keys are thrown away: new vectors come with new keys. Hardware
# keys sign only when touched, so their signatures are made by the tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

export HOME="$work" GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME="Jo Signer" GIT_AUTHOR_EMAIL=jo@example.org
export GIT_COMMITTER_NAME="Jo Signer" GIT_COMMITTER_EMAIL=jo@example.org
export GIT_AUTHOR_DATE="1767225600 +0100" GIT_COMMITTER_DATE="1767225600 +0100"
git config --global gpg.format ssh
git config --global init.defaultBranch main

ssh-keygen -q -N '' -C vector -t ed25519 -f ed25519
ssh-keygen -q -N '' -C vector -t ecdsa -b 256 -f ecdsa
ssh-keygen -q -N '' -C vector -t rsa -b 3072 -f rsa
ssh-keygen -q -N '' -C vector -t rsa -b 2048 -f rsa-short
ssh-keygen -q -N '' -C vector -t ecdsa -b 384 -f ecdsa-384

printf 'ordain vector\nsecond line\n' > statement
cp statement "$here/statement"
for key in ed25519 ecdsa rsa rsa-short ecdsa-384; do
    cp "$key.pub" "$here/$key.pub"
    ssh-keygen -q -Y sign -f "$key" -n ordain-heartbeat@v1 statement
    mv statement.sig "$here/statement-$key.sig"
done
ssh-keygen -q -Y sign -f ed25519 -n ordain-heartbeat@v1 -O hashalg=sha256 statement
mv statement.sig "$here/statement-ed25519-sha256.sig"

: > "$here/ids"
for format in sha1 sha256; do
    git init -q --object-format=$format "repo-$format"
    cd "repo-$format"
    mkdir -p tenants/contoso software/tool .ordain
    echo 'kind: Tenant' > tenants/contoso/tenant.yaml
    printf '#!/bin/sh\n' > software/tool/install.sh
    chmod 755 software/tool/install.sh
    echo one > software.yaml
    echo two > software-b
    git add .
    git commit -q --no-gpg-sign -m first
    for key in ed25519 ecdsa rsa rsa-short; do
        [ $format = sha1 ] || [ $key = ed25519 ] || continue
        git -c user.signingKey="$work/$key.pub" commit -q -S --allow-empty -m "signed

with a body, ü"
        git cat-file commit HEAD > "$here/commit-$format-$key"
        echo "commit-$format-$key commit $(git rev-parse HEAD)" >> "$here/ids"
    done
    git cat-file tree 'HEAD^{tree}' > "$here/tree-$format"
    echo "tree-$format tree $(git rev-parse 'HEAD^{tree}')" >> "$here/ids"
    cd ..
done
