# Is the drive of the company file mapped for everybody?
$mapped = Get-SmbGlobalMapping -LocalPath 'Q:' -ErrorAction SilentlyContinue
$mapped.RemotePath -eq $env:ORDAIN_PARAM_SHARE
