# Installs QuickBooks from Contoso's file server, quietly.
$ErrorActionPreference = 'Stop'
$installer = "\\con-fs\software\quickbooks\$env:ORDAIN_VERSION\setup.exe"
$setup = Start-Process -FilePath $installer -ArgumentList '-s', '-a' -Wait -PassThru
exit $setup.ExitCode
