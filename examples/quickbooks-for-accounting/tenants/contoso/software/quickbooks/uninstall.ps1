# Removes QuickBooks by the name that Windows knows it by.
$ErrorActionPreference = 'Stop'
Get-Package -Name 'QuickBooks Enterprise*' | Uninstall-Package
