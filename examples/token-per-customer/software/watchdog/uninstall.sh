#!/bin/sh
set -eu
/opt/watchdog/bin/uninstall
