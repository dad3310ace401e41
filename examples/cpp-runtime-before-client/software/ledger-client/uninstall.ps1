# Removes the client with the uninstaller that it brought along.
$ErrorActionPreference = 'Stop'
$uninstaller = Join-Path $env:ProgramFiles 'Ledger Client\uninstall.exe'
$setup = Start-Process -FilePath $uninstaller -ArgumentList '/quiet' -Wait -PassThru
exit $setup.ExitCode
