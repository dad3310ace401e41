# Takes the add-in away again, by the name that Windows knows it by.
$ErrorActionPreference = 'Stop'
Get-Package -Name 'Ledger Reports for Excel' | Uninstall-Package
