# Installs the client from the tenant's file server, quietly.
$ErrorActionPreference = 'Stop'
$installer = "\\files\software\ledger-client\$env:ORDAIN_VERSION\setup.exe"
$setup = Start-Process -FilePath $installer -ArgumentList '/quiet', '/norestart' -Wait -PassThru
exit $setup.ExitCode
