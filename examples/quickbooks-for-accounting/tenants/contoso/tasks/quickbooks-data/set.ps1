# Maps the drive of the company file for everybody on this computer.
$ErrorActionPreference = 'Stop'
Remove-SmbGlobalMapping -LocalPath 'Q:' -Force -ErrorAction SilentlyContinue
New-SmbGlobalMapping -LocalPath 'Q:' -RemotePath $env:ORDAIN_PARAM_SHARE -Persistent $true
