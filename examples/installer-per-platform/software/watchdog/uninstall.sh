#!/bin/sh
set -eu
rm -rf /opt/watchdog
