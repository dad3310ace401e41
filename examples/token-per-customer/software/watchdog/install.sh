#!/bin/sh
set -eu
sh ./watchdog.run --site "$ORDAIN_PARAM_SITE" --channel "$ORDAIN_PARAM_CHANNEL"
