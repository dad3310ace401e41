#!/bin/sh
# Writes one file of our own and leaves the distribution's files alone.
set -eu
cat > /etc/apt/apt.conf.d/60ordain-security-updates.new <<END
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "$ORDAIN_PARAM_REBOOT_TIME";
END
mv /etc/apt/apt.conf.d/60ordain-security-updates.new /etc/apt/apt.conf.d/60ordain-security-updates
