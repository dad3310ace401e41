# Writes the machine-wide limit, for everybody who logs on.
$ErrorActionPreference = 'Stop'
$key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$seconds = 60 * [int]$env:ORDAIN_PARAM_MINUTES
New-ItemProperty -Path $key -Name InactivityTimeoutSecs -PropertyType DWord -Value $seconds -Force | Out-Null
