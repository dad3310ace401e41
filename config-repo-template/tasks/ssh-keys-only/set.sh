#!/bin/sh
# Adds a file of our own, checks the whole configuration, and only then reloads.
set -eu
file=/etc/ssh/sshd_config.d/10-ordain.conf
mkdir -p "$(dirname "$file")"
printf '%s\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' > "$file"
if ! sshd -t; then
    rm -f "$file"
    echo "sshd does not accept its configuration; it was left as it was" >&2
    exit 1
fi
systemctl reload ssh.service
