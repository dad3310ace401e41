# Removes the softphone and keeps its settings.
$ErrorActionPreference = 'Stop'
Get-Package -Name 'Ringwell Softphone' | Uninstall-Package
