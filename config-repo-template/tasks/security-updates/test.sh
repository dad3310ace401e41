#!/bin/sh
# Are Debian's security updates installed by themselves, with reboots at that time?
setting() { apt-config dump "$1" | sed -n 's/^.* "\(.*\)";$/\1/p'; }
if [ "$(setting APT::Periodic::Unattended-Upgrade)" = 1 ] &&
    [ "$(setting Unattended-Upgrade::Automatic-Reboot-Time)" = "$ORDAIN_PARAM_REBOOT_TIME" ]; then
    echo true
else
    echo false
fi
