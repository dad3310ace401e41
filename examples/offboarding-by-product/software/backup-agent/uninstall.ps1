# Removes the agent and leaves the customer's backups alone.
$ErrorActionPreference = 'Stop'
Get-Package -Name 'Bitvault Backup Agent' | Uninstall-Package
