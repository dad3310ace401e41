# Removes the add-in's predecessor.
$ErrorActionPreference = 'Stop'
Get-Package -Name 'Ledger Reports Classic' | Uninstall-Package
