# Does Windows lock the screen after at most that time?
$key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$seconds = (Get-ItemProperty -Path $key -ErrorAction SilentlyContinue).InactivityTimeoutSecs
$seconds -eq 60 * [int]$env:ORDAIN_PARAM_MINUTES
