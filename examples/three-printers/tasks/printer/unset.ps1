# Removes the printer; its port and driver may serve others.
$ErrorActionPreference = 'Stop'
Get-Printer -Name $env:ORDAIN_PARAM_NAME -ErrorAction SilentlyContinue | Remove-Printer
