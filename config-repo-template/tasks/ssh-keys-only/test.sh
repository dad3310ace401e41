#!/bin/sh
# Does the SSH server refuse passwords? No server means that nobody gets in that way.
if ! command -v sshd > /dev/null; then
    echo true
elif sshd -T 2> /dev/null | grep -qix 'passwordauthentication no'; then
    echo true
else
    echo false
fi
